package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Finds the text in a chunk of Gemini's that brings text and nothing else, not even counts. */
final class GeminiText extends EventText {

  private GeminiText(JsonParser json) {
    super(json);
  }

  /** Null when the event is another one. */
  static @Nullable String in(byte[] bytes, int offset, int length) throws IOException {
    try (JsonParser json = WireJson.parser(bytes, offset, length)) {
      return new GeminiText(json).find();
    }
  }

  @Override
  boolean root(String name, JsonToken value) throws IOException {
    return switch (name) {
      case "candidates" -> onlyOne(value, this::candidate);
      // The first chunk has told these.
      case "modelVersion", "responseId", "createTime" -> skip();
      default -> false;
    };
  }

  private boolean candidate(String name, JsonToken value) throws IOException {
    return switch (name) {
      case "content" -> object(value, this::content);
      case "index" -> isFirst(value);
      case "safetyRatings" -> skip();
      default -> false;
    };
  }

  private boolean content(String name, JsonToken value) throws IOException {
    return switch (name) {
      case "parts" -> onlyOne(value, this::part);
      case "role" -> skip();
      default -> false;
    };
  }

  private boolean part(String name, JsonToken value) throws IOException {
    return name.equals("text") && text(value);
  }
}
