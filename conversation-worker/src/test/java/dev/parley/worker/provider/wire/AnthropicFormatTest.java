package dev.parley.worker.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Part;
import dev.parley.worker.provider.Calls;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AnthropicFormatTest {

  private static final String START =
      "{\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\"model\":\"claude\",\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}";

  private final Wire wire = new Wire("anthropic");

  @AfterEach
  void close() {
    wire.close();
  }

  @Test
  void readsAStreamAndTellsTheTwoKindsOfCacheWritesApart() throws Exception {
    ProviderReply reply = wire.stream(Calls.hello("claude-sonnet-4-5"), "anthropic-stream.sse");
    assertThat(reply.content())
        .containsExactly(
            new Part.Reasoning(
                "anthropic",
                "claude-sonnet-4-5",
                Samples.object(
                    "{\"type\":\"thinking\",\"thinking\":\"Let me see.\","
                        + "\"signature\":\"EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds\"}")),
            new Part.Text("Okay, let's check."),
            new Part.ToolCall(
                "toolu_01", "get_weather", Samples.object("{\"location\":\"San Francisco\"}")));
    assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALL);
    assertThat(reply.model()).isEqualTo("claude-sonnet-4-5-20250929");
    assertThat(reply.usage()).isEqualTo(new ProviderUsage(3506, 89, 2000, 456, 1000, 0));
    assertThat(wire.heard())
        .containsExactly(
            "usage 3506/1",
            "started claude-sonnet-4-5-20250929",
            "reasoning started",
            "reasoning Let me see.",
            "reasoning completed",
            "text Okay",
            "text , let's check.",
            "tool toolu_01 get_weather",
            "tool toolu_01 += {\"location\": \"San",
            "tool toolu_01 +=  Francisco\"}",
            "tool toolu_01 get_weather {\"location\": \"San Francisco\"}",
            "usage 3506/89");
  }

  @Test
  void readsAPlainAnswer() throws Exception {
    ProviderReply reply = wire.plain(Calls.hello("claude-opus-4-5"), "anthropic-plain.json");
    assertThat(reply.text()).isEqualTo("Hi! My name is Claude.");
    assertThat(reply.usage()).isEqualTo(ProviderUsage.of(10, 25));
    assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
  }

  @Test
  void anOverloadInsideTheStreamIsTypedAndKeepsTheUsageTold() {
    ProviderException failure =
        wire.failingEvents(
            Calls.hello("claude"),
            START,
            "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}");
    assertThat(failure.failure()).isEqualTo(new Failure.Overloaded(null));
    assertThat(failure.retryable()).isTrue();
    assertThat(failure.partial().usage()).isEqualTo(ProviderUsage.of(3, 1));
  }

  @Test
  void whatWasToldOfTheUsageBeforeTheAnswerBrokeOffIsNotTheWholeOfIt() {
    ProviderException failure =
        wire.failingEvents(
            Calls.hello("claude"),
            START,
            "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello there\"}}");
    assertThat(failure.failure()).isEqualTo(new Failure.BrokenStream());
    assertThat(failure.partial().usage()).isEqualTo(ProviderUsage.of(3, 1).asUnfinished());
  }

  @Test
  void aStopReasonWithoutTheStopEventIsABrokenStream() {
    ProviderException failure =
        wire.failingEvents(
            Calls.hello("claude"),
            START,
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":5}}");
    assertThat(failure.failure()).isEqualTo(new Failure.BrokenStream());
  }

  @Test
  void statusesBecomeTypedFailures() {
    assertThat(failureOf(529, "overloaded_error")).isEqualTo(new Failure.Overloaded(null));
    assertThat(failureOf(500, "api_error")).isEqualTo(new Failure.ServerError(500, null));
    assertThat(failureOf(429, "rate_limit_error", "retry-after: 12"))
        .isEqualTo(new Failure.RateLimited(Duration.ofSeconds(12)));
    assertThat(failureOf(402, "billing_error")).isEqualTo(new Failure.QuotaExhausted());
    assertThat(failureOf(413, "request_too_large"))
        .isEqualTo(new Failure.InvalidRequest("request_too_large"));
    assertThat(
            wire.failure(
                    Calls.hello("claude"),
                    400,
                    "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Your credit balance is too low\"}}")
                .failure())
        .isEqualTo(new Failure.QuotaExhausted());
  }

  @Test
  void writesAllKindsOfContent() throws Exception {
    wire.stream(Samples.everything("claude-x"), "anthropic-stream.sse");
    assertThat(wire.request().start()).isEqualTo("POST /v1/messages HTTP/1.1");
    assertThat(wire.request().headers())
        .containsEntry("x-api-key", "secret-key")
        .containsEntry("anthropic-version", "2023-06-01");
    assertThat(wire.sent())
        .isEqualTo(
            Samples.object(
                """
                {"model":"claude-x","max_tokens":256,"temperature":0.25,"stream":true,"system":"Be kind",
                 "messages":[
                  {"role":"user","content":[
                    {"type":"text","text":"Look"},
                    {"type":"image","source":{"type":"url","url":"https://example.com/a.png"}},
                    {"type":"image","source":{"type":"base64","media_type":"image/png","data":"aW1n"}},
                    {"type":"document","title":"a.pdf","source":{"type":"base64","media_type":"application/pdf","data":"cGRm"}},
                    {"type":"document","title":"notes","source":{"type":"text","media_type":"text/plain","data":"notes\\n\\nhello"}}]},
                  {"role":"assistant","content":[
                    {"type":"text","text":"I ask"},
                    {"type":"tool_use","id":"c1","name":"get_weather","input":{"city":"Paris"}}]},
                  {"role":"user","content":[
                    {"type":"tool_result","tool_use_id":"c1","content":"{\\"degrees\\":21.50}"},
                    {"type":"text","text":"And now?"}]}],
                 "tools":[{"name":"get_weather","description":"Weather","input_schema":{"type":"object"}}],
                 "tool_choice":{"type":"tool","name":"get_weather"},
                 "output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}}}
                """));
  }

  private Failure failureOf(int status, String type, String... headers) {
    String body = "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"m\"}}";
    return wire.failure(Calls.hello("claude"), status, body, headers).failure();
  }
}
