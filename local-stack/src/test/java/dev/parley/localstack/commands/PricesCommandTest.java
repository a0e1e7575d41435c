package dev.parley.localstack.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class PricesCommandTest {

  @TempDir private Path directory;

  private final StringWriter printed = new StringWriter();
  private Path book;

  @BeforeEach
  void writeBook() throws Exception {
    LocalDate today = LocalDate.now(Clock.systemUTC());
    book = directory.resolve("prices.json");
    Files.writeString(
        book,
        "{\"version\":\"v7\",\"models\":["
            + model("old-one", today.minusDays(31))
            + ","
            + model("new-one", today)
            + "]}");
  }

  @Test
  void allPricesAreShownAndTheStaleOnesMarked() {
    assertThat(run("--stale", "30")).isZero();
    assertThat(printed.toString())
        .containsPattern("old-one .* 2\\.5 .* 10 .*STALE")
        .containsPattern("(?m)new-one .*\\d$")
        .contains("2 models, 1 of them stale")
        .contains("price book v7");
  }

  @Test
  void theStaleOnesAloneComeWithTheirSourcesAndAnExitCode() {
    assertThat(run("--stale-only", "--stale", "30")).isEqualTo(1);
    assertThat(printed.toString())
        .contains("old-one", "https://example.com")
        .doesNotContain("new-one");
    // As old as the oldest of this release's windows may ever be.
    assertThat(run("--stale-only", "--stale", "36500")).isZero();
  }

  @Test
  void contextWindowsOfAFileStandBeforeThoseOfTheRelease() throws Exception {
    Path windows = directory.resolve("windows.json");
    Files.writeString(
        windows,
        "{\"version\":\"own\",\"windows\":[{\"models\":[\"llama-*\"],\"tokens\":16000,"
            + "\"source\":\"https://example.com\",\"checked\":\"2026-01-01\"}]}");

    assertThat(run("--stale", "36500", "--windows", windows.toString())).isZero();

    assertThat(printed.toString())
        .containsPattern("context windows .*\\Rllama-\\* +16000  2026-01-01\\R")
        .contains("version own");
  }

  @Test
  void contextWindowsAreShownWithTheirDatesAndStaleOnesWithTheirSources() {
    assertThat(run("--stale", "36500")).isZero();
    assertThat(printed.toString())
        .containsPattern("claude-opus-5 +1000000  2026-07-24\\R")
        .contains("0 of them stale");

    assertThat(run("--stale-only", "--stale", "0")).isEqualTo(1);
    assertThat(printed.toString())
        .containsPattern("claude-opus-5 +1000000  2026-07-24  STALE\\R +https://");
  }

  @Test
  void theBundledBookIsShownWithoutAFile() {
    assertThat(
            new CommandLine(new PricesCommand())
                .setOut(new PrintWriter(printed))
                .execute("--file="))
        .isZero();
    assertThat(printed.toString()).contains("gpt-5-mini", "claude-haiku-5-5", "gemini-2.5-flash");
  }

  private int run(String... args) {
    String[] all = new String[args.length + 1];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--file=" + book;
    return new CommandLine(new PricesCommand()).setOut(new PrintWriter(printed)).execute(all);
  }

  private static String model(String name, LocalDate checked) {
    return "{\"model\":\""
        + name
        + "\",\"source\":\"https://example.com\",\"checked\":\""
        + checked
        + "\",\"prices\":[{\"tiers\":[{\"input\":2.50,\"output\":10}]}]}";
  }
}
