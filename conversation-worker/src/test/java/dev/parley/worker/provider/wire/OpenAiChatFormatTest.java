package dev.parley.worker.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Role;
import dev.parley.schemas.chat.TurnOptions;
import dev.parley.worker.provider.Calls;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class OpenAiChatFormatTest {

  private final Wire wire = new Wire("openai");

  @AfterEach
  void close() {
    wire.close();
  }

  @Test
  void readsAStreamWithItsUsage() throws Exception {
    ProviderReply reply = wire.stream(Calls.hello("gpt-4o-mini"), "openai-chat-stream.sse");
    assertThat(reply.content()).containsExactly(new Part.Text("Hello!"));
    assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(reply.usage()).isEqualTo(new ProviderUsage(2006, 300, 1920, 0, 0, 64));
    assertThat(reply.model()).isEqualTo("gpt-4o-mini-2024-07-18");
    assertThat(reply.providerRequestId()).isEqualTo("chatcmpl-123");
  }

  @Test
  void readsToolCallsInPieces() throws Exception {
    ProviderReply reply = wire.stream(Calls.hello("gpt-4o"), "openai-chat-tools.sse");
    assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALL);
    assertThat(reply.usage()).isNull();
    assertThat(reply.toolCalls())
        .containsExactly(
            new Part.ToolCall("call_A", "get_weather", Samples.object("{\"city\":\"Paris\"}")),
            new Part.ToolCall("call_B", "now", Samples.object("{}")));
    assertThat(wire.heard())
        .containsExactly(
            "started gpt-4o",
            "tool call_A get_weather",
            "tool call_A += {\"city\":",
            "tool call_A += \"Paris\"}",
            "tool call_B now",
            "tool call_A get_weather {\"city\":\"Paris\"}",
            "tool call_B now {}");
  }

  @Test
  void aStreamMayEndWithoutDoneOnceTheFinishReasonWasTold() throws Exception {
    ProviderReply reply =
        wire.events(
            Calls.hello("m"),
            "{\"choices\":[{\"delta\":{\"content\":\"Yes\"}}]}",
            "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
    assertThat(reply.text()).isEqualTo("Yes");
    assertThat(reply.usage()).isNull();
  }

  @Test
  void doneWithNothingBeforeItIsABrokenStream() {
    ProviderException failure = wire.failingEvents(Calls.hello("m"), "{\"choices\":[]}", "[DONE]");
    assertThat(failure.failure()).isEqualTo(new Failure.BrokenStream());
    assertThat(failure.retryable()).isTrue();
  }

  @Test
  void readsAPlainAnswer() throws Exception {
    ProviderReply reply = wire.plain(Calls.hello("gpt-4.1"), "openai-chat-plain.json");
    assertThat(reply.text()).isEqualTo("Hello! How can I assist you today?");
    assertThat(reply.usage()).isEqualTo(ProviderUsage.of(19, 10));
    assertThat(wire.sent().has("stream")).isFalse();
  }

  @Test
  void countsReasoningOnceWhereAServerTellsItBesideTheCompletion() throws Exception {
    ProviderReply reply =
        wire.events(
            Calls.hello("m"),
            "{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":22,"
                + "\"completion_tokens_details\":{\"reasoning_tokens\":7}}}",
            "[DONE]");
    assertThat(reply.usage()).isEqualTo(new ProviderUsage(10, 12, 0, 0, 0, 7));
  }

  @Test
  void showsReasoningOfCompatibleServersAndKeepsItOutOfTheText() throws Exception {
    ProviderReply reply =
        wire.events(
            Calls.hello("m"),
            "{\"choices\":[{\"delta\":{\"reasoning_content\":\"Hm\"}}]}",
            "{\"choices\":[{\"delta\":{\"content\":\"Yes\"}}]}",
            "[DONE]");
    assertThat(reply.text()).isEqualTo("Yes");
    assertThat(wire.heard())
        .containsExactly(
            "started m", "reasoning started", "reasoning Hm", "reasoning completed", "text Yes");
  }

  @Test
  void aToolCallThatTheTokenLimitCutIsLeftOut() throws Exception {
    ProviderReply reply =
        wire.events(
            Calls.hello("m"),
            "{\"choices\":[{\"delta\":{\"content\":\"I look\"}}]}",
            "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\"}}]}}]}",
            "{\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}",
            "[DONE]");
    assertThat(reply.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(reply.content()).containsExactly(new Part.Text("I look"));
  }

  @Test
  void aToolCallWithoutReadableArgumentsIsAnInvalidReply() {
    ProviderException failure =
        wire.failingEvents(
            Calls.hello("m"),
            "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"nonsense\"}}]}}]}",
            "{\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}",
            "[DONE]");
    assertThat(failure.failure()).isEqualTo(new Failure.InvalidReply());
  }

  @Test
  void writesAllKindsOfContent() throws Exception {
    wire.stream(Samples.everything("gpt-4o"), "openai-chat-stream.sse");
    assertThat(wire.request().start()).isEqualTo("POST /chat/completions HTTP/1.1");
    assertThat(wire.request().headers()).containsEntry("authorization", "Bearer secret-key");
    JsonNode sent = wire.sent();
    assertThat(sent)
        .isEqualTo(
            Samples.object(
                """
                {"model":"gpt-4o","max_tokens":256,"temperature":0.25,"stream":true,
                 "stream_options":{"include_usage":true},
                 "messages":[
                  {"role":"system","content":"Be kind"},
                  {"role":"user","content":[
                    {"type":"text","text":"Look"},
                    {"type":"image_url","image_url":{"url":"https://example.com/a.png"}},
                    {"type":"image_url","image_url":{"url":"data:image/png;base64,aW1n"}},
                    {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,cGRm"}},
                    {"type":"text","text":"notes\\n\\nhello"}]},
                  {"role":"assistant","content":"I ask","tool_calls":[
                    {"id":"c1","type":"function","function":{"name":"get_weather","arguments":"{\\"city\\":\\"Paris\\"}"}}]},
                  {"role":"tool","tool_call_id":"c1","content":"{\\"degrees\\":21.50}"},
                  {"role":"user","content":"And now?"}],
                 "tools":[{"type":"function","function":{"name":"get_weather","description":"Weather","parameters":{"type":"object"}}}],
                 "tool_choice":{"type":"function","function":{"name":"get_weather"}},
                 "response_format":{"type":"json_schema","json_schema":{"name":"w","strict":true,"schema":{"type":"object"}}}}
                """));
  }

  @Test
  void whatTheFormatCannotSayIsRefusedBeforeTheCall() {
    Part document = new Part.Document("application/pdf", null, "https://example.com/a.pdf", null);
    ProviderException failure =
        catchThrowableOfType(
            ProviderException.class,
            () ->
                wire.call(
                    Calls.of(
                        "m",
                        null,
                        TurnOptions.NONE,
                        Calls.message(Role.USER, Content.of(List.of(document))))));
    assertThat(failure.failure()).isEqualTo(new Failure.InvalidRequest("document_by_url"));
  }
}
