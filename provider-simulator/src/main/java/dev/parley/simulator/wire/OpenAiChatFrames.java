package dev.parley.simulator.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.parley.simulator.script.Reply;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The chunks of OpenAI's Chat Completions. */
final class OpenAiChatFrames implements Frames {

  private final Reply reply;
  private final boolean includeUsage;
  private final TokenFrames thoughts;
  private final TokenFrames tokens;

  OpenAiChatFrames(Reply reply, boolean includeUsage) {
    this.reply = reply;
    this.includeUsage = includeUsage;
    this.thoughts =
        reply.thoughts().isEmpty()
            ? TokenFrames.NONE
            : new TokenFrames(sampleOf(OpenAiChatFrames::thought), reply.thoughts());
    this.tokens = new TokenFrames(sampleOf(this::sample), reply.text());
  }

  @Override
  public byte[] opening() {
    return new Sse().data(chunk(this::first, null)).bytes();
  }

  @Override
  public byte[] token() {
    return thoughts.done() ? tokens.next() : thoughts.next();
  }

  @Override
  public byte[] closing() {
    Sse events = new Sse().data(chunk(json -> {}, reply.finish()));
    if (includeUsage && reply.reportUsage()) {
      events.data(json -> {
        OpenAiChat.head(json, reply, "chat.completion.chunk");
        OpenAiChat.tail(json);
        json.writeArrayFieldStart("choices");
        json.writeEndArray();
        OpenAiUsage.chat(json, reply);
      });
    }
    return events.raw("data: [DONE]\n\n").bytes();
  }

  @Override
  public byte[] failure() {
    return new Sse()
        .data(json -> OpenAiErrors.write(json, 500, "The server had an error.", null))
        .bytes();
  }

  private void first(JsonGenerator json) throws IOException {
    json.writeStringField("role", "assistant");
    if (reply.tool() == null) {
      json.writeStringField("content", "");
    } else {
      json.writeNullField("content");
      toolCall(
          json,
          call -> {
            call.writeStringField("id", OpenAiChat.toolCallId(reply));
            call.writeStringField("type", "function");
          },
          reply.tool(),
          "");
    }
    json.writeNullField("refusal");
  }

  private byte[] sampleOf(JsonText.Content delta) {
    return new Sse().data(chunk(delta, null)).bytes();
  }

  private static void thought(JsonGenerator json) throws IOException {
    json.writeStringField("reasoning_content", TokenFrames.PLACE);
  }

  private void sample(JsonGenerator json) throws IOException {
    if (reply.tool() == null) {
      json.writeStringField("content", TokenFrames.PLACE);
    } else {
      toolCall(json, call -> {}, null, TokenFrames.PLACE);
    }
  }

  private static void toolCall(
      JsonGenerator json, JsonText.Content head, @Nullable String name, String arguments)
      throws IOException {
    json.writeArrayFieldStart("tool_calls");
    json.writeStartObject();
    json.writeNumberField("index", 0);
    head.writeTo(json);
    json.writeObjectFieldStart("function");
    if (name != null) {
      json.writeStringField("name", name);
    }
    json.writeStringField("arguments", arguments);
    json.writeEndObject();
    json.writeEndObject();
    json.writeEndArray();
  }

  private JsonText.Content chunk(JsonText.Content delta, @Nullable String finish) {
    return json -> {
      OpenAiChat.head(json, reply, "chat.completion.chunk");
      OpenAiChat.tail(json);
      json.writeArrayFieldStart("choices");
      json.writeStartObject();
      json.writeNumberField("index", 0);
      json.writeObjectFieldStart("delta");
      delta.writeTo(json);
      json.writeEndObject();
      json.writeNullField("logprobs");
      json.writeStringField("finish_reason", finish);
      json.writeEndObject();
      json.writeEndArray();
      if (includeUsage) {
        json.writeNullField("usage");
      }
    };
  }
}
