package dev.parley.simulator.wire;

import dev.parley.simulator.script.Reply;
import org.jspecify.annotations.Nullable;

/** The events of Anthropic's Messages. */
final class AnthropicFrames implements Frames {

  private final Reply reply;
  private final TokenFrames tokens;

  AnthropicFrames(Reply reply) {
    this.reply = reply;
    @Nullable String tool = reply.tool();
    byte[] sample =
        event(
                new Sse(),
                "content_block_delta",
                json -> {
                  json.writeNumberField("index", 0);
                  json.writeObjectFieldStart("delta");
                  json.writeStringField("type", tool == null ? "text_delta" : "input_json_delta");
                  json.writeStringField(tool == null ? "text" : "partial_json", TokenFrames.PLACE);
                  json.writeEndObject();
                })
            .bytes();
    this.tokens = new TokenFrames(sample, reply.text());
  }

  @Override
  public byte[] opening() {
    Sse events = new Sse();
    event(
        events,
        "message_start",
        json -> {
          json.writeObjectFieldStart("message");
          AnthropicMessages.head(json, reply);
          json.writeArrayFieldStart("content");
          json.writeEndArray();
          json.writeNullField("stop_reason");
          json.writeNullField("stop_sequence");
          if (reply.reportUsage()) {
            AnthropicMessages.usage(json, reply, 1);
          }
          json.writeEndObject();
        });
    event(
        events,
        "content_block_start",
        json -> {
          json.writeNumberField("index", 0);
          json.writeObjectFieldStart("content_block");
          if (reply.tool() == null) {
            json.writeStringField("type", "text");
            json.writeStringField("text", "");
          } else {
            AnthropicMessages.toolUse(json, reply, reply.tool());
            json.writeObjectFieldStart("input");
            json.writeEndObject();
          }
          json.writeEndObject();
        });
    return event(events, "ping", json -> {}).bytes();
  }

  @Override
  public byte[] token() {
    return tokens.next();
  }

  @Override
  public byte[] closing() {
    Sse events = new Sse();
    event(events, "content_block_stop", json -> json.writeNumberField("index", 0));
    event(
        events,
        "message_delta",
        json -> {
          json.writeObjectFieldStart("delta");
          json.writeStringField("stop_reason", AnthropicMessages.stopReason(reply));
          json.writeNullField("stop_sequence");
          json.writeEndObject();
          if (reply.reportUsage()) {
            json.writeObjectFieldStart("usage");
            json.writeNumberField("output_tokens", reply.completionTokens());
            json.writeEndObject();
          }
        });
    return event(events, "message_stop", json -> {}).bytes();
  }

  @Override
  public byte[] failure() {
    return new Sse()
        .event("error", json -> AnthropicMessages.error(json, "overloaded_error", "Overloaded"))
        .bytes();
  }

  private static Sse event(Sse events, String type, JsonText.Content fields) {
    return events.event(
        type,
        json -> {
          json.writeStringField("type", type);
          fields.writeTo(json);
        });
  }
}
