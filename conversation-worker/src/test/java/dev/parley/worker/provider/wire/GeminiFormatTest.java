package dev.parley.worker.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Part;
import dev.parley.worker.provider.Calls;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class GeminiFormatTest {

  private final Wire wire = new Wire("gemini");

  @AfterEach
  void close() {
    wire.close();
  }

  @Test
  void readsAStreamAndCountsThoughtsAsOutput() throws Exception {
    ProviderReply reply = wire.stream(Calls.hello("gemini-2.5-pro"), "gemini-stream.sse");
    assertThat(reply.content())
        .containsExactly(
            new Part.Text("Sure"),
            new Part.ToolCall("fc1", "get_weather", Samples.object("{\"city\":\"Paris\"}")));
    assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALL);
    assertThat(reply.usage()).isEqualTo(new ProviderUsage(100, 42, 40, 0, 0, 30));
    assertThat(reply.providerRequestId()).isEqualTo("resp1");
    assertThat(wire.heard()).contains("reasoning Thinking about it.", "text Sure");
  }

  @Test
  void readsAPlainAnswerAndCountsToolPromptsAsInput() throws Exception {
    ProviderReply reply = wire.plain(Calls.hello("gemini-2.5-flash"), "gemini-plain.json");
    assertThat(reply.text()).isEqualTo("AI learns from data.");
    assertThat(reply.usage()).isEqualTo(ProviderUsage.of(13, 11));
    assertThat(wire.request().start())
        .isEqualTo("POST /v1beta/models/gemini-2.5-flash:generateContent HTTP/1.1");
  }

  @Test
  void aBlockedPromptIsAnAnswerThatTheFilterStopped() throws Exception {
    ProviderReply reply =
        wire.events(
            Calls.hello("g"),
            "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"},\"usageMetadata\":{\"promptTokenCount\":4}}");
    assertThat(reply.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
    assertThat(reply.content()).isEmpty();
    assertThat(reply.usage()).isEqualTo(ProviderUsage.of(4, 0));
  }

  @Test
  void usageThatComesAfterTheFinishReasonCounts() throws Exception {
    ProviderReply reply =
        wire.events(
            Calls.hello("g"),
            "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]},\"finishReason\":\"STOP\"}]}",
            "{\"usageMetadata\":{\"promptTokenCount\":4,\"candidatesTokenCount\":1}}");
    assertThat(reply.usage()).isEqualTo(ProviderUsage.of(4, 1));
  }

  @Test
  void aStreamWithoutAFinishReasonIsBroken() {
    assertThat(
            wire.failingEvents(
                    Calls.hello("g"),
                    "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}]}")
                .failure())
        .isEqualTo(new Failure.BrokenStream());
  }

  @Test
  void limitsOfTheMinuteAndOfTheDayAreToldApart() {
    assertThat(
            failureOf(
                429,
                "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"34.5s\"}"))
        .isEqualTo(new Failure.RateLimited(Duration.ofMillis(34_500)));
    assertThat(
            failureOf(
                429,
                "{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[{\"quotaId\":\"GenerateRequestsPerDayPerProjectPerModel-FreeTier\"}]}"))
        .isEqualTo(new Failure.QuotaExhausted());
    assertThat(
            failureOf(
                400,
                "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"API_KEY_INVALID\"}"))
        .isEqualTo(new Failure.Authentication());
  }

  @Test
  void writesAllKindsOfContent() throws Exception {
    wire.stream(Samples.everything("gemini-3-pro"), "gemini-stream.sse");
    assertThat(wire.request().start())
        .isEqualTo("POST /v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse HTTP/1.1");
    assertThat(wire.request().headers()).containsEntry("x-goog-api-key", "secret-key");
    assertThat(wire.sent())
        .isEqualTo(
            Samples.object(
                """
                {"systemInstruction":{"parts":[{"text":"Be kind"}]},
                 "contents":[
                  {"role":"user","parts":[
                    {"text":"Look"},
                    {"fileData":{"fileUri":"https://example.com/a.png","mimeType":"image/png"}},
                    {"inlineData":{"mimeType":"image/png","data":"aW1n"}},
                    {"inlineData":{"mimeType":"application/pdf","data":"cGRm"}},
                    {"text":"notes\\n\\nhello"}]},
                  {"role":"model","parts":[
                    {"text":"I ask"},
                    {"functionCall":{"id":"c1","name":"get_weather","args":{"city":"Paris"}},"thoughtSignature":"skip_thought_signature_validator"}]},
                  {"role":"user","parts":[
                    {"functionResponse":{"id":"c1","name":"get_weather","response":{"degrees":21.50}}},
                    {"text":"And now?"}]}],
                 "tools":[{"functionDeclarations":[{"name":"get_weather","description":"Weather","parametersJsonSchema":{"type":"object"}}]}],
                 "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["get_weather"]}},
                 "generationConfig":{"maxOutputTokens":256,"temperature":0.25,"responseMimeType":"application/json","responseJsonSchema":{"type":"object"}}}
                """));
  }

  private Failure failureOf(int code, String detail) {
    String body =
        "{\"error\":{\"code\":" + code + ",\"status\":\"X\",\"details\":[" + detail + "]}}";
    return wire.failure(Calls.hello("g"), code, body).failure();
  }
}
