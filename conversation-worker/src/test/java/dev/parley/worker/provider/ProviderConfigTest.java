package dev.parley.worker.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class ProviderConfigTest {

  @Test
  void aProviderIsThereWhenItsKeyIs() {
    ProviderConfig config = ProviderConfig.fromEnv(Map.of("ANTHROPIC_API_KEY", "k"));
    assertThat(config.servers()).containsOnlyKeys("anthropic");
    assertThat(config.servers().get("anthropic").baseUrl()).isEqualTo("https://api.anthropic.com");
  }

  @Test
  void aServerOfOnesOwnNeedsNoKey() {
    ProviderConfig config =
        ProviderConfig.fromEnv(
            Map.of("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1/", "OPENAI_API_KEY", " "));
    assertThat(config.openAi())
        .isEqualTo(new ProviderConfig.Server("http://127.0.0.1:11434/v1", null));
    assertThat(config.openAiApi()).isEqualTo(ProviderConfig.OpenAiApi.CHAT);
  }

  @Test
  void secretsAreNotPrinted() {
    ProviderConfig config =
        ProviderConfig.fromEnv(
            Map.of(
                "OPENAI_API_KEY", "sk-secret1",
                "ANTHROPIC_API_KEY", "sk-secret2",
                "GEMINI_API_KEY", "sk-secret3"));
    assertThat(config.servers()).hasSize(3);
    assertThat(config.toString()).doesNotContain("secret1", "secret2", "secret3");
  }

  @Test
  void whatIsWrongIsToldByNameAndWithoutTheValue() {
    assertWrong("OPENAI_BASE_URL", "ftp://secret.example.com");
    assertWrong("OPENAI_BASE_URL", "https://user:secret@example.com");
    assertWrong("OPENAI_BASE_URL", "https://example.com/?key=secret");
    assertWrong("GEMINI_API_KEY", "two secret words");
    assertWrong("OPENAI_API", "secret");
  }

  private static void assertWrong(String name, String value) {
    assertThatThrownBy(() -> ProviderConfig.fromEnv(Map.of(name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name)
        .hasMessageNotContaining("secret");
  }
}
