package dev.parley.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands beside the service, where nothing answers. */
class CommandsTest {

  private static final Map<String, String> NOTHING_ANSWERS =
      Map.of(
          "DATABASE_URL", "postgres://parley:secret@127.0.0.1:1/parley",
          "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1",
          "SESSION_STORE", "redis",
          "REDIS_URL", "redis://127.0.0.1:1");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @ParameterizedTest
  @CsvSource({
    "keys create acme, 1",
    "provider-keys list, 1",
    "dead-letters list, 1",
    "reconcile, 3",
  })
  void aDatabaseThatIsAwayEndsACommandInTime(String words, int exitCode) throws Exception {
    assertThat(run(words + " --connect-timeout 0")).isEqualTo(exitCode);
    assertThat(err.toString(UTF_8))
        .isEqualToIgnoringNewLines(
            "parley: PostgreSQL is unavailable; gave up after 0 s, --connect-timeout SECONDS sets"
                + " another limit");
    assertThat(out.toString(UTF_8)).isEmpty();
  }

  @Test
  void whatIsNoCommandIsToldWithThoseThatThereAre() throws Exception {
    assertThat(run("key create acme")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("there is no command key").contains("keys");
  }

  private int run(String words) throws Exception {
    return Main.run(
        words.split(" "),
        NOTHING_ANSWERS,
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8));
  }
}
