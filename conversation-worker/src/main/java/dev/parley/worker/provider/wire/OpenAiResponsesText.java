package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Finds the text in an event of Responses. */
final class OpenAiResponsesText extends EventText {

  private static final String TYPE = "response.output_text.delta";

  private boolean isText;

  private OpenAiResponsesText(JsonParser json) {
    super(json);
  }

  /** Null when the event is another one. */
  static @Nullable String in(byte[] bytes, int offset, int length) throws IOException {
    try (JsonParser json = WireJson.parser(bytes, offset, length)) {
      OpenAiResponsesText reading = new OpenAiResponsesText(json);
      String text = reading.find();
      return reading.isText ? text : null;
    }
  }

  @Override
  boolean root(String name, JsonToken value) throws IOException {
    return switch (name) {
      case "type" -> {
        isText = is(TYPE, value);
        yield isText;
      }
      case "delta" -> text(value);
      default -> skip();
    };
  }
}
