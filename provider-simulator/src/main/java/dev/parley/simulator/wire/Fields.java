package dev.parley.simulator.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads fields of requests and names the one that is at fault. */
final class Fields {

  private Fields() {}

  static String text(JsonNode body, String field) {
    JsonNode value = body.get(field);
    if (value == null || !value.isTextual() || value.asText().isEmpty()) {
      throw new BadRequestException("'" + field + "' must be a string that is not empty");
    }
    return value.asText();
  }

  static @Nullable String optionalText(JsonNode body, String field) {
    JsonNode value = body.get(field);
    return value == null || !value.isTextual() ? null : value.asText();
  }

  static JsonNode list(JsonNode body, String field) {
    JsonNode value = body.get(field);
    if (value == null || !value.isArray() || value.isEmpty()) {
      throw new BadRequestException("'" + field + "' must be a list that is not empty");
    }
    return value;
  }

  static @Nullable Integer positive(JsonNode body, String field) {
    JsonNode value = body.get(field);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 1) {
      throw new BadRequestException("'" + field + "' must be a positive whole number");
    }
    return value.asInt();
  }

  /** A word out of several; null when it is not there. */
  static @Nullable String oneOf(JsonNode body, String field, Set<String> words) {
    JsonNode value = body.get(field);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!words.contains(value.asText())) {
      throw new BadRequestException(
          "'" + field + "' must be one of " + String.join(", ", new TreeSet<>(words)));
    }
    return value.asText();
  }

  /** A string, or the texts of the parts whose type is one of those given. */
  static String content(@Nullable JsonNode content, Set<String> textTypes) {
    if (content == null || content.isNull()) {
      return "";
    }
    if (content.isTextual()) {
      return content.asText();
    }
    if (!content.isArray()) {
      throw new BadRequestException("'content' must be a string or a list of parts");
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode part : content) {
      if (part.isObject() && textTypes.contains(part.path("type").asText())) {
        text.append(part.path("text").asText());
      }
    }
    return text.toString();
  }
}
