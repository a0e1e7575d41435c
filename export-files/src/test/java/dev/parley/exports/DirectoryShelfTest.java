package dev.parley.exports;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectoryShelfTest extends ShelfContract {

  @TempDir private Path directory;

  @Override
  ExportShelf shelf() {
    return new ShelfConfig.Directory(directory).shelf();
  }

  @Test
  void nothingButTheFilesIsLeft() throws Exception {
    put(shelf(), ACME, "f.csv", "one", true);
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files.filter(Files::isRegularFile))
          .containsExactly(directory.resolve("acme/f.csv"));
    }
  }

  @Test
  void linksAreNotFollowed() throws Exception {
    put(shelf(), ACME, "f.csv", "one", true);
    Path secret = Files.writeString(directory.resolve("secret"), "secret");
    Files.createSymbolicLink(directory.resolve("acme/link.csv"), secret);
    assertThat(read(shelf(), ACME, "link.csv")).isNull();
  }
}
