package dev.parley.simulator.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.parley.simulator.script.Reply;
import dev.parley.simulator.script.Tokens;
import java.io.IOException;

/** The events of OpenAI's Responses; each carries a number, so none can be made ahead. */
final class OpenAiResponsesFrames implements Frames {

  private final Reply reply;
  private int sequence;
  private int thought;
  private int position;

  /** Of the answer's item. */
  private final int index;

  OpenAiResponsesFrames(Reply reply) {
    this.reply = reply;
    this.index = reply.thoughts().isEmpty() ? 0 : 1;
  }

  @Override
  public byte[] opening() {
    Sse events = new Sse();
    for (String type : new String[] {"response.created", "response.in_progress"}) {
      event(events, type, json -> response(json, "in_progress"));
    }
    if (reply.thoughts().isEmpty()) {
      beginAnswer(events);
    } else {
      event(events, "response.output_item.added", json -> reasoning(json, false));
      event(events, "response.reasoning_summary_part.added", json -> summary(json, ""));
    }
    return events.bytes();
  }

  private void beginAnswer(Sse events) {
    event(events, "response.output_item.added", json -> item(json, false));
    if (reply.tool() == null) {
      event(events, "response.content_part.added", json -> part(json, ""));
    }
  }

  private byte[] thought() {
    int end = Tokens.end(reply.thoughts(), thought);
    String token = reply.thoughts().substring(thought, end);
    thought = end;
    Sse events = new Sse();
    event(
        events,
        "response.reasoning_summary_text.delta",
        json -> {
          placeOfThoughts(json);
          json.writeStringField("delta", token);
        });
    if (thought == reply.thoughts().length()) {
      event(
          events,
          "response.reasoning_summary_text.done",
          json -> {
            placeOfThoughts(json);
            json.writeStringField("text", reply.thoughts());
          });
      event(
          events, "response.reasoning_summary_part.done", json -> summary(json, reply.thoughts()));
      event(events, "response.output_item.done", json -> reasoning(json, true));
      beginAnswer(events);
    }
    return events.bytes();
  }

  @Override
  public byte[] token() {
    if (thought < reply.thoughts().length()) {
      return thought();
    }
    int end = Tokens.end(reply.text(), position);
    String token = reply.text().substring(position, end);
    position = end;
    Sse events = new Sse();
    if (reply.tool() == null) {
      event(events, "response.output_text.delta", json -> text(json, "delta", token));
    } else {
      event(
          events,
          "response.function_call_arguments.delta",
          json -> {
            place(json);
            json.writeStringField("delta", token);
          });
    }
    return events.bytes();
  }

  @Override
  public byte[] closing() {
    Sse events = new Sse();
    if (reply.tool() == null) {
      event(events, "response.output_text.done", json -> text(json, "text", reply.text()));
      event(events, "response.content_part.done", json -> part(json, reply.text()));
    } else {
      event(
          events,
          "response.function_call_arguments.done",
          json -> {
            place(json);
            json.writeStringField("name", reply.tool());
            json.writeStringField("arguments", reply.text());
          });
    }
    String status = OpenAiResponses.status(reply);
    event(events, "response.output_item.done", json -> item(json, true));
    event(events, "response." + status, json -> response(json, status));
    return events.bytes();
  }

  @Override
  public byte[] failure() {
    Sse events = new Sse();
    event(
        events,
        "error",
        json -> {
          json.writeStringField("code", "server_error");
          json.writeStringField("message", "The server had an error.");
          json.writeNullField("param");
        });
    return events.bytes();
  }

  private void event(Sse events, String type, JsonText.Content fields) {
    int number = sequence++;
    events.event(
        type,
        json -> {
          json.writeStringField("type", type);
          json.writeNumberField("sequence_number", number);
          fields.writeTo(json);
        });
  }

  private void response(JsonGenerator json, String status) throws IOException {
    json.writeObjectFieldStart("response");
    OpenAiResponses.response(json, reply, status);
    json.writeEndObject();
  }

  private void item(JsonGenerator json, boolean over) throws IOException {
    json.writeNumberField("output_index", index);
    json.writeObjectFieldStart("item");
    String status = over ? OpenAiResponses.status(reply) : "in_progress";
    OpenAiResponses.item(json, reply, status, over ? reply.text() : null);
    json.writeEndObject();
  }

  private void part(JsonGenerator json, String text) throws IOException {
    place(json);
    json.writeNumberField("content_index", 0);
    json.writeObjectFieldStart("part");
    OpenAiResponses.part(json, text);
    json.writeEndObject();
  }

  private void text(JsonGenerator json, String field, String text) throws IOException {
    place(json);
    json.writeNumberField("content_index", 0);
    json.writeStringField(field, text);
    json.writeArrayFieldStart("logprobs");
    json.writeEndArray();
  }

  private void place(JsonGenerator json) throws IOException {
    json.writeStringField("item_id", OpenAiResponses.itemId(reply));
    json.writeNumberField("output_index", index);
  }

  private void placeOfThoughts(JsonGenerator json) throws IOException {
    json.writeStringField("item_id", OpenAiResponses.reasoningId(reply));
    json.writeNumberField("output_index", 0);
    json.writeNumberField("summary_index", 0);
  }

  private void summary(JsonGenerator json, String text) throws IOException {
    placeOfThoughts(json);
    json.writeObjectFieldStart("part");
    OpenAiResponses.summary(json, text);
    json.writeEndObject();
  }

  private void reasoning(JsonGenerator json, boolean over) throws IOException {
    json.writeNumberField("output_index", 0);
    json.writeObjectFieldStart("item");
    OpenAiResponses.reasoning(json, reply, over);
    json.writeEndObject();
  }
}
