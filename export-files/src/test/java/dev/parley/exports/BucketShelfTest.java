package dev.parley.exports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.exports.ExportShelf.FinalFileException;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

final class BucketShelfTest extends ShelfContract {

  private S3Server server;

  @BeforeEach
  void start() throws IOException {
    server = new S3Server("bucket", "key-id", "secret-key");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Override
  ExportShelf shelf() {
    return shelf("secret-key");
  }

  private ExportShelf shelf(String secret) {
    return new ShelfConfig.Bucket(
            "bucket",
            "some/prefix/",
            URI.create(server.url()),
            "eu-test-1",
            AwsBasicCredentials.create("key-id", secret))
        .shelf();
  }

  @Test
  void keysLieBeneathThePrefixAndTheTenant() throws Exception {
    put(shelf(), ACME, "f.csv", "one", true);
    assertThat(server.keys()).containsExactly("some/prefix/acme/f.csv");
    assertThat(shelf().place()).isEqualTo("s3://bucket/some/prefix/");
  }

  @Test
  void manyFilesAreListedPageByPage() throws Exception {
    ExportShelf shelf = shelf();
    for (int i = 0; i < 5; i++) {
      put(shelf, ACME, i + ".csv", "one", true);
    }
    assertThat(shelf.names(ACME))
        .as("pages of 2")
        .containsExactlyInAnyOrder("0.csv", "1.csv", "2.csv", "3.csv", "4.csv");
  }

  @Test
  void aFileThatBecomesFinalBetweenTheLookAndTheWriteStays() throws Exception {
    ExportShelf shelf = shelf();
    server.beforeNextPut(() -> putUnchecked("theirs, and final"));
    assertThatThrownBy(() -> put(shelf, ACME, "f.csv", "mine", false))
        .isInstanceOf(FinalFileException.class);
    assertThat(read(shelf, ACME, "f.csv")).isEqualTo("theirs, and final");
  }

  @Test
  void anOpenFileThatBecomesFinalMeanwhileStaysToo() throws Exception {
    ExportShelf shelf = shelf();
    put(shelf, ACME, "f.csv", "open", false);
    server.beforeNextPut(() -> putUnchecked("theirs, and final"));
    assertThatThrownBy(() -> put(shelf, ACME, "f.csv", "mine", false))
        .isInstanceOf(FinalFileException.class);
    assertThat(read(shelf, ACME, "f.csv")).isEqualTo("theirs, and final");
  }

  private void putUnchecked(String text) {
    try {
      put(shelf(), ACME, "f.csv", text, true);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aWrongSecretAndAServerThatIsAwayAreTold() {
    assertThatThrownBy(() -> put(shelf("wrong"), ACME, "f.csv", "one", true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("s3://bucket/some/prefix/acme/f.csv")
        .hasMessageContaining("403");
    server.close();
    assertThatThrownBy(() -> shelf().names(ACME)).isInstanceOf(IOException.class);
  }
}
