package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the text in an event of Anthropic's that brings text and nothing else; see {@link
 * OpenAiChatText}.
 */
final class AnthropicText {

  private final JsonParser json;
  private boolean isDelta;
  private boolean isText;
  private @Nullable String text;

  private AnthropicText(JsonParser json) {
    this.json = json;
  }

  /** Null when the event is another one. */
  static @Nullable String in(byte[] bytes, int offset, int length) throws IOException {
    try (JsonParser json = WireJson.parser(bytes, offset, length)) {
      AnthropicText reading = new AnthropicText(json);
      boolean simple =
          json.nextToken() == JsonToken.START_OBJECT && reading.root() && json.nextToken() == null;
      return simple && reading.isDelta && reading.isText ? reading.text : null;
    }
  }

  private boolean root() throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      switch (name) {
        case "type" -> {
          isDelta = value == JsonToken.VALUE_STRING && json.getText().equals("content_block_delta");
          if (!isDelta) {
            return false;
          }
        }
        case "delta" -> {
          if (value != JsonToken.START_OBJECT || !delta()) {
            return false;
          }
        }
        default -> json.skipChildren();
      }
    }
    return json.currentToken() == JsonToken.END_OBJECT;
  }

  private boolean delta() throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        return false;
      }
      switch (name) {
        case "type" -> isText = json.getText().equals("text_delta");
        case "text" -> text = json.getText();
        default -> {
          return false;
        }
      }
    }
    return json.currentToken() == JsonToken.END_OBJECT;
  }
}
