package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the text in an event that brings text and nothing else, in one pass over its bytes. A tree
 * of such an event costs three times as much, and an answer has hundreds. Each format says which
 * fields such an event may have; reading stops at the first that it may not. Used by one thread,
 * for one event.
 */
abstract class EventText {

  final JsonParser json;
  @Nullable String text;

  EventText(JsonParser json) {
    this.json = json;
  }

  /** Takes a field of an object whose name and the first token of whose value have been read. */
  interface Field {
    /** False when an event that has it is another one. */
    boolean take(String name, JsonToken value) throws IOException;
  }

  /** Takes a field of the event itself. */
  abstract boolean root(String name, JsonToken value) throws IOException;

  /** Null when the event is another one. */
  final @Nullable String find() throws IOException {
    return object(json.nextToken(), this::root) && json.nextToken() == null ? text : null;
  }

  final boolean object(@Nullable JsonToken begin, Field field) throws IOException {
    if (begin != JsonToken.START_OBJECT) {
      return false;
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      if (!field.take(name, json.nextToken())) {
        return false;
      }
    }
    return json.currentToken() == JsonToken.END_OBJECT;
  }

  /** Reads an array with one object in it. */
  final boolean onlyOne(JsonToken begin, Field field) throws IOException {
    return begin == JsonToken.START_ARRAY
        && object(json.nextToken(), field)
        && json.nextToken() == JsonToken.END_ARRAY;
  }

  /** The text; there is one in an event. */
  final boolean text(JsonToken value) throws IOException {
    if (value != JsonToken.VALUE_STRING || text != null) {
      return false;
    }
    text = json.getText();
    return true;
  }

  final boolean skip() throws IOException {
    json.skipChildren();
    return true;
  }

  final boolean isFirst(JsonToken index) throws IOException {
    return index == JsonToken.VALUE_NUMBER_INT && json.getIntValue() == 0;
  }

  final boolean is(String wanted, JsonToken value) throws IOException {
    return value == JsonToken.VALUE_STRING && json.getText().equals(wanted);
  }
}
