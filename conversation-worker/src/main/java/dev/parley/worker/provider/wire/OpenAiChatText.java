package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the text in an event of a Chat Completions stream that brings text and nothing else, in one
 * pass over its bytes. A tree of such an event costs three times as much, and an answer has
 * hundreds.
 */
final class OpenAiChatText {

  private final JsonParser json;
  private @Nullable String text;

  private OpenAiChatText(JsonParser json) {
    this.json = json;
  }

  /** Null when the event is another one. */
  static @Nullable String in(byte[] bytes, int offset, int length) throws IOException {
    try (JsonParser json = WireJson.parser(bytes, offset, length)) {
      OpenAiChatText reading = new OpenAiChatText(json);
      boolean simple =
          json.nextToken() == JsonToken.START_OBJECT && reading.root() && json.nextToken() == null;
      return simple ? reading.text : null;
    }
  }

  private boolean root() throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      switch (name) {
        case "choices" -> {
          if (value != JsonToken.START_ARRAY || !choice()) {
            return false;
          }
        }
        case "usage", "error" -> {
          if (value != JsonToken.VALUE_NULL) {
            return false;
          }
        }
        default -> json.skipChildren();
      }
    }
    return json.currentToken() == JsonToken.END_OBJECT;
  }

  /** The only one. */
  private boolean choice() throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      return false;
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      switch (name) {
        case "index" -> {
          if (value != JsonToken.VALUE_NUMBER_INT || json.getIntValue() != 0) {
            return false;
          }
        }
        case "delta" -> {
          if (value != JsonToken.START_OBJECT || !delta()) {
            return false;
          }
        }
        case "finish_reason" -> {
          if (value != JsonToken.VALUE_NULL) {
            return false;
          }
        }
        default -> json.skipChildren();
      }
    }
    return json.nextToken() == JsonToken.END_ARRAY;
  }

  private boolean delta() throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (name.equals("content") && value == JsonToken.VALUE_STRING && text == null) {
        text = json.getText();
      } else if (value != JsonToken.VALUE_NULL && !name.equals("role")) {
        return false;
      }
    }
    return true;
  }
}
