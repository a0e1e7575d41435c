package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Finds the text in an event of Anthropic's. */
final class AnthropicText extends EventText {

  private boolean isDelta;
  private boolean isText;

  private AnthropicText(JsonParser json) {
    super(json);
  }

  /** Null when the event is another one. */
  static @Nullable String in(byte[] bytes, int offset, int length) throws IOException {
    try (JsonParser json = WireJson.parser(bytes, offset, length)) {
      AnthropicText reading = new AnthropicText(json);
      String text = reading.find();
      return reading.isDelta && reading.isText ? text : null;
    }
  }

  @Override
  boolean root(String name, JsonToken value) throws IOException {
    return switch (name) {
      case "type" -> {
        isDelta = is("content_block_delta", value);
        yield isDelta;
      }
      case "delta" -> object(value, this::delta);
      default -> skip();
    };
  }

  private boolean delta(String name, JsonToken value) throws IOException {
    return switch (name) {
      case "type" -> {
        isText = is("text_delta", value);
        yield isText;
      }
      case "text" -> text(value);
      default -> false;
    };
  }
}
