package dev.parley.simulator.wire;

import dev.parley.simulator.script.Reply;
import org.jspecify.annotations.Nullable;

/** The events of Anthropic's Messages. */
final class AnthropicFrames implements Frames {

  private final Reply reply;
  private final TokenFrames thoughts;
  private final TokenFrames tokens;

  /** Of the answer's block. */
  private final int index;

  AnthropicFrames(Reply reply) {
    this.reply = reply;
    this.index = reply.thoughts().isEmpty() ? 0 : 1;
    this.thoughts =
        reply.thoughts().isEmpty()
            ? TokenFrames.NONE
            : new TokenFrames(
                delta(new Sse(), 0, "thinking_delta", "thinking", TokenFrames.PLACE).bytes(),
                reply.thoughts());
    @Nullable String tool = reply.tool();
    Sse sample =
        tool == null
            ? delta(new Sse(), index, "text_delta", "text", TokenFrames.PLACE)
            : delta(new Sse(), index, "input_json_delta", "partial_json", TokenFrames.PLACE);
    this.tokens = new TokenFrames(sample.bytes(), reply.text());
  }

  private static Sse delta(Sse events, int index, String type, String field, String value) {
    return event(
        events,
        "content_block_delta",
        json -> {
          json.writeNumberField("index", index);
          json.writeObjectFieldStart("delta");
          json.writeStringField("type", type);
          json.writeStringField(field, value);
          json.writeEndObject();
        });
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
    if (thoughts.done()) {
      beginAnswer(events);
    } else {
      event(
          events,
          "content_block_start",
          json -> {
            json.writeNumberField("index", 0);
            json.writeObjectFieldStart("content_block");
            json.writeStringField("type", "thinking");
            json.writeStringField("thinking", "");
            json.writeStringField("signature", "");
            json.writeEndObject();
          });
    }
    return event(events, "ping", json -> {}).bytes();
  }

  private void beginAnswer(Sse events) {
    event(
        events,
        "content_block_start",
        json -> {
          json.writeNumberField("index", index);
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
  }

  @Override
  public byte[] token() {
    if (thoughts.done()) {
      return tokens.next();
    }
    byte[] thought = thoughts.next();
    if (!thoughts.done()) {
      return thought;
    }
    Sse events = new Sse().bytes(thought);
    delta(events, 0, "signature_delta", "signature", AnthropicMessages.signature(reply));
    event(events, "content_block_stop", json -> json.writeNumberField("index", 0));
    beginAnswer(events);
    return events.bytes();
  }

  @Override
  public byte[] closing() {
    Sse events = new Sse();
    event(events, "content_block_stop", json -> json.writeNumberField("index", index));
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
            AnthropicMessages.thinkingTokens(json, reply);
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
