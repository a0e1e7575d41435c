package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Finds the text in an event of a Chat Completions stream. */
final class OpenAiChatText extends EventText {

  private OpenAiChatText(JsonParser json) {
    super(json);
  }

  /** Null when the event is another one. */
  static @Nullable String in(byte[] bytes, int offset, int length) throws IOException {
    try (JsonParser json = WireJson.parser(bytes, offset, length)) {
      return new OpenAiChatText(json).find();
    }
  }

  @Override
  boolean root(String name, JsonToken value) throws IOException {
    return switch (name) {
      case "choices" -> onlyOne(value, this::choice);
      case "usage", "error" -> value == JsonToken.VALUE_NULL;
      default -> skip();
    };
  }

  private boolean choice(String name, JsonToken value) throws IOException {
    return switch (name) {
      case "index" -> isFirst(value);
      case "delta" -> object(value, this::delta);
      case "finish_reason" -> value == JsonToken.VALUE_NULL;
      default -> skip();
    };
  }

  private boolean delta(String name, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_NULL) {
      return true;
    }
    return switch (name) {
      case "content" -> text(value);
      case "role" -> skip();
      default -> false;
    };
  }
}
