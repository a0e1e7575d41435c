package dev.parley.worker.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Part;
import dev.parley.worker.provider.Calls;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class OpenAiResponsesFormatTest {

  private final Wire wire = new Wire("openai", "OPENAI_API", "responses");

  @AfterEach
  void close() {
    wire.close();
  }

  @Test
  void readsAStream() throws Exception {
    ProviderReply reply = wire.stream(Calls.hello("gpt-5-mini"), "responses-stream.sse");
    assertThat(reply.content())
        .containsExactly(
            new Part.Text("Hi"),
            new Part.ToolCall("call_x", "get_weather", Samples.object("{\"city\":\"Paris\"}")));
    assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALL);
    assertThat(reply.model()).isEqualTo("gpt-5-mini-2025-08-07");
    assertThat(reply.usage()).isEqualTo(new ProviderUsage(37, 111, 7, 0, 0, 64));
    assertThat(wire.heard()).contains("reasoning Weighing.", "text Hi");
  }

  @Test
  void readsAPlainAnswerThatTheLimitCut() throws Exception {
    ProviderReply reply = wire.plain(Calls.hello("gpt-4.1"), "responses-plain.json");
    assertThat(reply.text()).isEqualTo("In a peaceful grove");
    assertThat(reply.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(reply.usage()).isEqualTo(ProviderUsage.of(36, 87));
  }

  @Test
  void errorsInsideTheStreamAreTyped() {
    assertThat(
            wire.failingEvents(
                    Calls.hello("m"),
                    "{\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"slow\",\"param\":null}")
                .failure())
        .isEqualTo(new Failure.RateLimited(null));
    assertThat(
            wire.failingEvents(
                    Calls.hello("m"),
                    "{\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"m\"}}}")
                .failure())
        .isEqualTo(new Failure.ServerError(500, null));
  }

  @Test
  void aStreamWithoutItsTerminalEventIsBroken() {
    assertThat(
            wire.failingEvents(
                    Calls.hello("m"),
                    "{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"Hi\"}")
                .failure())
        .isEqualTo(new Failure.BrokenStream());
  }

  @Test
  void writesAllKindsOfContent() throws Exception {
    wire.stream(Samples.everything("gpt-5"), "responses-stream.sse");
    assertThat(wire.request().start()).isEqualTo("POST /responses HTTP/1.1");
    assertThat(wire.sent())
        .isEqualTo(
            Samples.object(
                """
                {"model":"gpt-5","store":false,"include":["reasoning.encrypted_content"],"max_output_tokens":256,"temperature":0.25,"stream":true,
                 "instructions":"Be kind",
                 "input":[
                  {"role":"user","content":[
                    {"type":"input_text","text":"Look"},
                    {"type":"input_image","image_url":"https://example.com/a.png"},
                    {"type":"input_image","image_url":"data:image/png;base64,aW1n"},
                    {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,cGRm"},
                    {"type":"input_text","text":"notes\\n\\nhello"}]},
                  {"role":"assistant","content":[{"type":"output_text","text":"I ask"}]},
                  {"type":"function_call","call_id":"c1","name":"get_weather","arguments":"{\\"city\\":\\"Paris\\"}"},
                  {"type":"function_call_output","call_id":"c1","output":"{\\"degrees\\":21.50}"},
                  {"role":"user","content":[{"type":"input_text","text":"And now?"}]}],
                 "tools":[{"type":"function","name":"get_weather","description":"Weather","strict":false,"parameters":{"type":"object"}}],
                 "tool_choice":{"type":"function","name":"get_weather"},
                 "text":{"format":{"type":"json_schema","name":"w","strict":true,"schema":{"type":"object"}}}}
                """));
  }
}
