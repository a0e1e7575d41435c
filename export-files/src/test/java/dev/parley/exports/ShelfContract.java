package dev.parley.exports;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.exports.ExportShelf.FinalFileException;
import dev.parley.schemas.TenantId;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** What every {@link ExportShelf} does. */
abstract class ShelfContract {

  static final TenantId ACME = new TenantId("acme");
  static final TenantId OTHER = new TenantId("acme-2");

  abstract ExportShelf shelf();

  static void put(ExportShelf shelf, TenantId tenant, String name, String text, boolean isFinal)
      throws IOException {
    shelf.put(tenant, name, text.getBytes(UTF_8), isFinal);
  }

  static String read(ExportShelf shelf, TenantId tenant, String name) throws IOException {
    try (InputStream in = shelf.open(tenant, name)) {
      return in == null ? null : new String(in.readAllBytes(), UTF_8);
    }
  }

  @Test
  void whatWasPutIsReadAndListedForItsTenantAlone() throws Exception {
    ExportShelf shelf = shelf();
    put(shelf, ACME, "2026-01-31.csv", "a,b\r\n", false);
    put(shelf, ACME, "2026-01-31.manifest.json", "{}", false);
    put(shelf, OTHER, "2026-01-30.csv", "theirs", false);
    assertThat(read(shelf, ACME, "2026-01-31.csv")).isEqualTo("a,b\r\n");
    assertThat(read(shelf, ACME, "2026-01-30.csv")).isNull();
    assertThat(shelf.names(ACME))
        .containsExactlyInAnyOrder("2026-01-31.csv", "2026-01-31.manifest.json");
    assertThat(shelf.names(OTHER)).containsExactly("2026-01-30.csv");
    assertThat(shelf.names(new TenantId("nobody"))).isEmpty();
  }

  @Test
  void aFileThatIsNotFinalIsReplaced() throws Exception {
    ExportShelf shelf = shelf();
    put(shelf, ACME, "f.csv", "one", false);
    put(shelf, ACME, "f.csv", "two, longer", false);
    put(shelf, ACME, "f.csv", "three", true);
    assertThat(read(shelf, ACME, "f.csv")).isEqualTo("three");
  }

  @Test
  void aFinalFileIsNeverReplaced() throws Exception {
    ExportShelf shelf = shelf();
    put(shelf, ACME, "f.csv", "one", true);
    put(shelf, ACME, "f.csv", "one", true);
    for (boolean isFinal : new boolean[] {true, false}) {
      assertThatThrownBy(() -> put(shelf, ACME, "f.csv", "two", isFinal))
          .isInstanceOf(FinalFileException.class);
    }
    assertThat(read(shelf, ACME, "f.csv")).isEqualTo("one");
  }
}
