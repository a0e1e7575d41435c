package dev.parley.ingest.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Map;

/**
 * Refuses what is JSON by the letter but cannot be kept and given back: halves of surrogate pairs,
 * and numbers whose plain digits would be many times as long as what was sent.
 */
final class JsonGuard {

  /** The most digits that a decimal may need before or after its point. */
  private static final int MAX_SCALE = 400;

  private JsonGuard() {}

  /**
   * @param texts whether names and strings may hold anything but ASCII at all
   */
  static void check(JsonNode object, boolean texts) {
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String name = field.getKey();
      if (texts && hasLoneSurrogate(name)) {
        throw ApiException.of(ErrorCode.INVALID_REQUEST, "a field's name is not valid Unicode");
      }
      checkValue(name, field.getValue(), texts);
    }
  }

  private static void checkValue(String param, JsonNode value, boolean texts) {
    switch (value.getNodeType()) {
      case STRING -> {
        if (texts && hasLoneSurrogate(value.textValue())) {
          throw ApiException.at(
              ErrorCode.INVALID_REQUEST, param, param + " holds text that is not valid Unicode");
        }
      }
      case NUMBER -> checkNumber(param, value);
      case OBJECT -> {
        for (Map.Entry<String, JsonNode> field : value.properties()) {
          if (texts && hasLoneSurrogate(field.getKey())) {
            throw ApiException.at(
                ErrorCode.INVALID_REQUEST, param, param + " has a name that is not valid Unicode");
          }
          checkValue(param, field.getValue(), texts);
        }
      }
      case ARRAY -> {
        for (JsonNode element : value) {
          checkValue(param, element, texts);
        }
      }
      default -> {}
    }
  }

  private static void checkNumber(String param, JsonNode value) {
    if (value.isBigDecimal()) {
      BigDecimal number = value.decimalValue();
      if (Math.abs((long) number.scale()) > MAX_SCALE) {
        throw ApiException.at(
            ErrorCode.INVALID_REQUEST, param, param + " holds a number that is out of range");
      }
    }
  }

  static boolean hasLoneSurrogate(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < length
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return true;
        }
        i++;
      }
    }
    return false;
  }
}
