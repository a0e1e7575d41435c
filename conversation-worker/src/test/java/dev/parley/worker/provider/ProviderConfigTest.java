package dev.parley.worker.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.worker.provider.Router.ModelPattern;
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
    assertWrong("PROVIDERS", "Not a name, secret");
    assertWrong("PROVIDERS", "openai");
    assertWrong("PROVIDERS", "vllm,vllm");
    assertThatThrownBy(() -> ProviderConfig.fromEnv(Map.of("PROVIDERS", "my-vllm")))
        .hasMessageContaining("PROVIDER_MY_VLLM_BASE_URL");
  }

  @Test
  void anyNumberOfServersMaySpeakOpenAisFormat() {
    ProviderConfig config =
        ProviderConfig.fromEnv(
            Map.of(
                "PROVIDERS", "my-vllm, groq",
                "PROVIDER_MY_VLLM_BASE_URL", "http://10.0.0.5:8000/v1/",
                "PROVIDER_MY_VLLM_MODELS", "llama-*, qwen3",
                "PROVIDER_GROQ_BASE_URL", "https://api.example.com/v1",
                "PROVIDER_GROQ_API", "responses",
                "PROVIDER_GROQ_API_KEY", "secret1",
                "ANTHROPIC_API_KEY", "secret2"));
    assertThat(config.servers()).containsOnlyKeys("anthropic", "my-vllm", "groq");
    assertThat(config.servers().get("my-vllm"))
        .isEqualTo(new ProviderConfig.Server("http://10.0.0.5:8000/v1", null));
    assertThat(config.models())
        .containsExactly(
            new ModelPattern(new Wildcard("llama-*"), "my-vllm"),
            new ModelPattern(new Wildcard("qwen3"), "my-vllm"));
    assertThat(config.apiOf("my-vllm")).isEqualTo(ProviderConfig.OpenAiApi.CHAT);
    assertThat(config.apiOf("groq")).isEqualTo(ProviderConfig.OpenAiApi.RESPONSES);
    assertThat(config.fallback()).isEqualTo("my-vllm");
    assertThat(config.toString()).doesNotContain("secret1", "secret2");
  }

  private static void assertWrong(String name, String value) {
    assertThatThrownBy(() -> ProviderConfig.fromEnv(Map.of(name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name)
        .hasMessageNotContaining("secret");
  }
}
