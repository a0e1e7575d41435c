package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the text in an event of Responses that brings text and nothing else; see {@link
 * OpenAiChatText}.
 */
final class OpenAiResponsesText {

  private static final String TYPE = "response.output_text.delta";

  private OpenAiResponsesText() {}

  /** Null when the event is another one. */
  static @Nullable String in(byte[] bytes, int offset, int length) throws IOException {
    try (JsonParser json = WireJson.parser(bytes, offset, length)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      boolean isText = false;
      String text = null;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        switch (name) {
          case "type" -> {
            isText = value == JsonToken.VALUE_STRING && json.getText().equals(TYPE);
            if (!isText) {
              return null;
            }
          }
          case "delta" -> {
            if (value != JsonToken.VALUE_STRING) {
              return null;
            }
            text = json.getText();
          }
          default -> json.skipChildren();
        }
      }
      boolean whole = json.currentToken() == JsonToken.END_OBJECT && json.nextToken() == null;
      return whole && isText ? text : null;
    }
  }
}
