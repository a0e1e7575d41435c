package dev.parley.worker.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.schemas.chat.ReasoningOptions;
import dev.parley.schemas.chat.ReasoningOptions.Effort;
import dev.parley.schemas.chat.Tool;
import dev.parley.schemas.chat.TurnOptions;
import dev.parley.worker.provider.ApiKey;
import dev.parley.worker.provider.Calls;
import dev.parley.worker.provider.Deadlines;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the wish to reason is put to the models that there are. */
final class ReasoningTest {

  private static final ReasoningOptions MEDIUM = new ReasoningOptions(Effort.MEDIUM, null, null);

  private static final Endpoint ENDPOINT = new Endpoint("https://example.com", new ApiKey("k"));
  private static final WireFormat CHAT =
      new OpenAiChatFormat("openai", ENDPOINT, Clock.systemUTC());
  private static final WireFormat RESPONSES =
      new OpenAiResponsesFormat("openai", ENDPOINT, Clock.systemUTC());
  private static final WireFormat ANTHROPIC = new AnthropicFormat(ENDPOINT, Clock.systemUTC());
  private static final WireFormat GEMINI = new GeminiFormat(ENDPOINT, Clock.systemUTC());

  @ParameterizedTest
  @CsvSource({
    "gpt-5, medium",
    "gpt-5.1-codex, medium",
    "gpt-5-pro, high",
    "o3, medium",
    "o4-mini-2025-04-16, medium",
    "qwen3-32b, medium",
    "gpt-oss-120b, medium",
    "gpt-4o,",
    "gpt-4.1-mini,",
    "gpt-5-chat-latest,",
    "chatgpt-4o-latest,",
    "o1-mini,"
  })
  void openAisModelsAreAskedForALevelIfTheyReason(String model, @Nullable String level)
      throws Exception {
    JsonNode chat = sent(CHAT, call(model, MEDIUM, 10_000));
    assertThat(chat.path("reasoning_effort").textValue()).isEqualTo(level);
    JsonNode responses = sent(RESPONSES, call(model, MEDIUM, 10_000));
    assertThat(responses.path("reasoning").path("effort").textValue()).isEqualTo(level);
  }

  @ParameterizedTest
  @CsvSource({
    "claude-3-7-sonnet-20250219, enabled",
    "claude-3-7-sonnet-latest, enabled",
    "claude-sonnet-4-20250514, enabled",
    "claude-opus-4-0, enabled",
    "claude-opus-4-1-20250805, enabled",
    "claude-sonnet-4-5, enabled",
    "claude-haiku-4-5-20251001, enabled",
    "claude-opus-4-6, adaptive",
    "claude-sonnet-4-6, adaptive",
    "claude-opus-4-7, adaptive",
    "claude-sonnet-5, adaptive",
    "claude-3-5-haiku-latest,",
    "claude-3-haiku-20240307,"
  })
  void anthropicsModelsTakeABudgetOrDecideByThemselves(String model, @Nullable String type)
      throws Exception {
    JsonNode body = sent(ANTHROPIC, call(model, MEDIUM, 10_000));
    assertThat(body.path("thinking").path("type").textValue()).isEqualTo(type);
    boolean budget = "enabled".equals(type);
    assertThat(body.path("thinking").path("budget_tokens").asInt()).isEqualTo(budget ? 5_000 : 0);
    assertThat(body.path("output_config").path("effort").textValue())
        .isEqualTo("adaptive".equals(type) ? "medium" : null);
  }

  @ParameterizedTest
  @CsvSource({
    "gemini-2.5-pro, 5000,",
    "gemini-2.5-flash-lite, 5000,",
    "gemini-3-pro-preview, 0, high",
    "gemini-3.1-pro-preview, 0, medium",
    "gemini-3-flash-preview, 0, medium",
    "gemini-flash-latest, 0, medium",
    "gemini-2.0-flash, 0,",
    "gemini-1.5-pro, 0,"
  })
  void geminisModelsTakeABudgetOrALevel(String model, int budget, @Nullable String level)
      throws Exception {
    JsonNode thinking =
        sent(GEMINI, call(model, MEDIUM, 10_000)).path("generationConfig").path("thinkingConfig");
    assertThat(thinking.path("thinkingBudget").asInt()).isEqualTo(budget);
    assertThat(thinking.path("thinkingLevel").textValue()).isEqualTo(level);
  }

  @ParameterizedTest
  @CsvSource({"1024, low", "3500, low", "3501, medium", "6500, medium", "6501, high", "9999, high"})
  void aNumberOfTokensIsALevelForModelsThatTakeNone(int tokens, String level) throws Exception {
    JsonNode body = sent(CHAT, call("gpt-5", new ReasoningOptions(null, tokens, null), 10_000));
    assertThat(body.path("reasoning_effort").textValue()).isEqualTo(level);
  }

  @Test
  void whereBothAreGivenEachModelTakesTheOneThatItKnows() throws Exception {
    ReasoningOptions both = new ReasoningOptions(Effort.LOW, 4_000, null);
    assertThat(sent(CHAT, call("gpt-5", both, 10_000)).path("reasoning_effort").textValue())
        .isEqualTo("low");
    assertThat(sent(ANTHROPIC, call("claude-sonnet-4-5", both, 10_000)).path("thinking"))
        .isEqualTo(Samples.json("{\"type\":\"enabled\",\"budget_tokens\":4000}"));
  }

  @Test
  void somethingIsLeftForTheAnswerAndTheLeastIsAskedForAtLeast() throws Exception {
    ReasoningOptions much = new ReasoningOptions(null, 1_000_000, null);
    assertThat(budget(call("claude-sonnet-4-5", much, 10_000))).isEqualTo(8_000);
    assertThat(budget(call("claude-sonnet-4-5", MEDIUM, 1_500))).isEqualTo(1_024);
    assertRefused(call("claude-sonnet-4-5", MEDIUM, 1_024), "max_tokens_too_small_for_reasoning");
    assertThat(
            sent(GEMINI, call("gemini-2.5-flash", much, 100_000))
                .at("/generationConfig/thinkingConfig/thinkingBudget")
                .asInt())
        .isEqualTo(24_576);
  }

  @Test
  void whatAnthropicRefusesTogetherWithItIsToldByName() throws Exception {
    assertRefused(
        call("claude-opus-4-6", options(MEDIUM, "0.2", null), 10_000),
        "temperature_with_reasoning");
    for (String choice : List.of("{\"type\":\"any\"}", "{\"type\":\"tool\",\"name\":\"t\"}")) {
      assertRefused(
          call("claude-opus-4-6", options(MEDIUM, null, choice), 10_000),
          "forced_tool_with_reasoning");
    }
    JsonNode fine =
        sent(
            ANTHROPIC,
            call("claude-opus-4-6", options(MEDIUM, "1.0", "{\"type\":\"auto\"}"), 10_000));
    assertThat(fine.path("thinking"))
        .isEqualTo(Samples.json("{\"type\":\"adaptive\",\"display\":\"summarized\"}"));
  }

  @Test
  void theShapeOfTheAnswerStandsBesideTheLevel() throws Exception {
    TurnOptions options =
        new TurnOptions(
            null,
            null,
            null,
            null,
            null,
            null,
            Samples.json("{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\"}}"),
            null,
            null,
            MEDIUM);
    JsonNode config =
        sent(ANTHROPIC, call("claude-opus-4-6", options, 10_000)).path("output_config");
    assertThat(config.path("effort").textValue()).isEqualTo("medium");
    assertThat(config.path("format").path("type").textValue()).isEqualTo("json_schema");
  }

  private static int budget(ProviderCall call) throws Exception {
    return sent(ANTHROPIC, call).path("thinking").path("budget_tokens").asInt();
  }

  private static void assertRefused(ProviderCall call, String reason) {
    ProviderException refusal =
        catchThrowableOfType(ProviderException.class, () -> ANTHROPIC.request(call));
    assertThat(refusal.failure()).isEqualTo(new Failure.InvalidRequest(reason));
  }

  private static ProviderCall call(String model, ReasoningOptions reasoning, int maxOutput) {
    return call(
        model,
        new TurnOptions(null, null, null, null, null, null, null, null, null, reasoning),
        maxOutput);
  }

  private static ProviderCall call(String model, TurnOptions options, int maxOutput) {
    return ProviderCall.of(
        model, null, List.of(Calls.user("Hello")), options, maxOutput, Deadlines.DEFAULT);
  }

  private static TurnOptions options(
      ReasoningOptions reasoning, @Nullable String temperature, @Nullable String toolChoice) {
    return new TurnOptions(
        null,
        null,
        null,
        temperature == null ? null : new BigDecimal(temperature),
        toolChoice == null
            ? null
            : List.of(new Tool("t", null, Samples.object("{\"type\":\"object\"}"))),
        toolChoice == null ? null : Samples.json(toolChoice),
        null,
        null,
        null,
        reasoning);
  }

  private static JsonNode sent(WireFormat format, ProviderCall call) throws Exception {
    byte[] body = format.request(call).body();
    return WireJson.read(body, 0, body.length);
  }
}
