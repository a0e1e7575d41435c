package dev.parley.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
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
  void aModelHasTheWindowOfItsNameElseTheSmallestOfItsFamily(String model, @Nullable Long tokens)
      throws IOException {
    assertThat(ContextWindows.bundled().tokensOf(model)).isEqualTo(tokens);
  }

  @Test
  void eachHasASourceAndADate() throws IOException {
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

  private static ContextWindows read(String json) throws IOException {
    return ContextWindows.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }
}
