package dev.parley.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ContextWindowsTest {

  @ParameterizedTest
  @CsvSource({
    "gpt-5, 400000",
    "gpt-5-2025-08-07, 400000",
    "gpt-5-chat-latest, 128000",
    "gpt-5.4, 1050000",
    "gpt-5.4-mini-2026-03-17, 400000",
    "gpt-5.9, 128000",
    "gpt-4, 8192",
    "gpt-4-turbo-2024-04-09, 128000",
    "gpt-4o-mini, 128000",
    "gpt-4.1-nano, 1000000",
    "o4-mini, 200000",
    "claude-3-5-haiku-latest, 200000",
    "claude-sonnet-4-5-20250929, 200000",
    "claude-opus-5, 1000000",
    "claude-opus-5-5, 200000",
    "gemini-2.5-pro, 1000000",
    "gemini-3-flash-preview, 1000000",
    "sim-small,",
    "qwen3-32b,"
  })
  void aModelHasTheWindowOfItsNameElseTheSmallestOfItsFamily(String model, @Nullable Long tokens) {
    assertThat(ContextWindows.bundled().tokensOf(model)).isEqualTo(tokens);
  }

  @Test
  void eachHasASourceAndADate() {
    ContextWindows windows = ContextWindows.bundled();
    assertThat(windows.version()).isNotBlank();
    assertThat(windows.all())
        .allSatisfy(window -> {
          assertThat(window.source()).startsWith("https://");
          assertThat(window.checked()).isAfter(LocalDate.of(2025, 1, 1));
        });
  }

  @Test
  void tellsWhatHasNotBeenCheckedForLong() throws IOException {
    ContextWindows windows =
        read(
            "{'version':'v','windows':["
                + "{'models':['a'],'tokens':1,'source':'s','checked':'2026-01-01'},"
                + "{'models':['b*'],'tokens':2,'source':'s','checked':'2026-01-02'}]}");
    assertThat(windows.checkedBefore(LocalDate.of(2026, 1, 2)))
        .extracting(ContextWindow::tokens)
        .containsExactly(1L);
  }

  @Test
  void whatIsWrongIsTold() {
    String entry = "{'models':['a'],'tokens':%s,'source':'s','checked':'2026-01-01'}";
    assertThatThrownBy(() -> read("{'version':'v','windows':[" + entry.formatted("0") + "]}"))
        .hasMessageContaining("tokens");
    String twice = entry.formatted("1") + "," + entry.formatted("2");
    assertThatThrownBy(() -> read("{'version':'v','windows':[" + twice + "]}"))
        .hasMessageContaining("stands twice: a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | not readable",
        "{'windows':[]} | version is missing",
        "{'version':'v'} | windows is missing",
        "{'version':'v','windows':[null]} | windows[0] is null",
        "{'version':'v','windows':[{'models':['a'],'source':'s','checked':'2026-01-01'}]}"
            + " | windows[0] (a): tokens is missing",
        "{'version':'v','windows':[{'models':['a'],'tokens':'many','source':'s','checked':'2026-01-01'}]}"
            + " | not readable",
        "{'version':'v','windows':[{'models':['a*b'],'tokens':1,'source':'s','checked':'2026-01-01'}]}"
            + " | with * at the end only: 'a*b'",
        "{'version':'v','windows':[{'models':[],'tokens':1,'source':'s','checked':'2026-01-01'}]}"
            + " | models must name at least one",
        "{'version':'v','windows':[{'models':['a'],'tokens':1,'source':'s','checked':'soon'}]}"
            + " | windows[0] (a): checked must be a day"
      })
  void aFileIsToldWhatIsWrongWithIt(String json, String message, @TempDir Path dir)
      throws IOException {
    Path file = Files.writeString(dir.resolve("windows.json"), json.replace('\'', '"'));
    assertThatThrownBy(() -> ContextWindows.of(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aFilesWindowsGoBeforeThoseOfTheRelease(@TempDir Path dir) throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("windows.json"),
            """
            {"version": "own", "windows": [
              {"models": ["llama-*", "gpt-5"], "tokens": 16000, "source": "s", "checked": "2026-01-01"},
              {"models": ["claude-*"], "tokens": 1000, "source": "s", "checked": "2026-01-01"}]}
            """);

    ContextWindows windows = ContextWindows.of(file);

    assertThat(windows.version()).isEqualTo("own");
    assertThat(windows.tokensOf("llama-3.3-70b")).isEqualTo(16_000);
    assertThat(windows.tokensOf("gpt-5-2025-08-07")).isEqualTo(16_000);
    assertThat(windows.tokensOf("gpt-5-mini")).isEqualTo(400_000);
    assertThat(windows.tokensOf("claude-opus-5")).isEqualTo(1_000);
    assertThat(windows.tokensOf("qwen3-32b")).isNull();
    assertThat(windows.all()).hasSize(2 + ContextWindows.bundled().all().size());
  }

  @Test
  void aFileThatIsNotThereIsTold(@TempDir Path dir) {
    assertThatThrownBy(() -> ContextWindows.of(dir.resolve("none.json")))
        .isInstanceOf(IOException.class)
        .hasMessage("the file cannot be read");
  }

  private static ContextWindows read(String json) throws IOException {
    return ContextWindowsReader.read(
        json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), null);
  }
}
