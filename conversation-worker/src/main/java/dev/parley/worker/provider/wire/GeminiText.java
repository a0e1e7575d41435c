package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the text in a chunk of Gemini's that brings text and nothing else, not even counts; see
 * {@link OpenAiChatText}.
 */
final class GeminiText {

  private final JsonParser json;
  private @Nullable String text;

  private GeminiText(JsonParser json) {
    this.json = json;
  }

  /** Null when the chunk is another one. */
  static @Nullable String in(byte[] bytes, int offset, int length) throws IOException {
    try (JsonParser json = WireJson.parser(bytes, offset, length)) {
      GeminiText reading = new GeminiText(json);
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
        case "candidates" -> {
          if (!only(value, this::candidate)) {
            return false;
          }
        }
        // The first chunk has told these.
        case "modelVersion", "responseId", "createTime" -> json.skipChildren();
        default -> {
          return false;
        }
      }
    }
    return json.currentToken() == JsonToken.END_OBJECT;
  }

  private boolean candidate() throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      switch (name) {
        case "content" -> {
          if (value != JsonToken.START_OBJECT || !content()) {
            return false;
          }
        }
        case "index" -> {
          if (value != JsonToken.VALUE_NUMBER_INT || json.getIntValue() != 0) {
            return false;
          }
        }
        case "safetyRatings" -> json.skipChildren();
        default -> {
          return false;
        }
      }
    }
    return json.currentToken() == JsonToken.END_OBJECT;
  }

  private boolean content() throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      switch (name) {
        case "parts" -> {
          if (!only(value, this::part)) {
            return false;
          }
        }
        case "role" -> json.skipChildren();
        default -> {
          return false;
        }
      }
    }
    return json.currentToken() == JsonToken.END_OBJECT;
  }

  private boolean part() throws IOException {
    if (json.nextToken() != JsonToken.FIELD_NAME || !json.currentName().equals("text")) {
      return false;
    }
    if (text != null || json.nextToken() != JsonToken.VALUE_STRING) {
      return false;
    }
    text = json.getText();
    return json.nextToken() == JsonToken.END_OBJECT;
  }

  private interface Reading {
    boolean read() throws IOException;
  }

  /** Reads the only element of an array. */
  private boolean only(JsonToken array, Reading element) throws IOException {
    return array == JsonToken.START_ARRAY
        && json.nextToken() == JsonToken.START_OBJECT
        && element.read()
        && json.nextToken() == JsonToken.END_ARRAY;
  }
}
