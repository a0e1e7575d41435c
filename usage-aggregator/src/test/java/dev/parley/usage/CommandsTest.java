package dev.parley.usage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands beside the service, where nothing answers. */
class CommandsTest {

  private static final String GIVEN_UP = "PostgreSQL is unavailable; gave up after 0 s";

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  @TempDir private Path directory;

  @Test
  void anExportGivesUpInTime() {
    int exit =
        ExportCommand.run(
            environment(),
            List.of("2026-01-01", "--connect-timeout", "0"),
            Clock.systemUTC(),
            stream(),
            stream());
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains(GIVEN_UP);
  }

  @Test
  void repricingGivesUpInTime() throws Exception {
    Path prices = directory.resolve("prices.json");
    Files.writeString(prices, "{\"version\":\"t\",\"models\":[]}");
    assertThat(reprice(prices)).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains(GIVEN_UP);
  }

  @Test
  void aPriceBookThatIsNotThereIsNamed() throws Exception {
    Path prices = directory.resolve("none.json");
    assertThat(reprice(prices)).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("there is no file " + prices);
  }

  private int reprice(Path prices) throws InterruptedException {
    List<String> args =
        List.of(
            "--since",
            "2026-01-01",
            "--until",
            "2026-01-02",
            "--prices",
            prices.toString(),
            "--connect-timeout",
            "0");
    return Main.reprice(environment(), args, stream(), stream());
  }

  private PrintStream stream() {
    return new PrintStream(err, true, UTF_8);
  }

  private Map<String, String> environment() {
    return Map.of(
        "DATABASE_URL", "postgres://parley:secret@127.0.0.1:1/parley",
        "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1",
        "EXPORT_DIR", directory.toString());
  }
}
