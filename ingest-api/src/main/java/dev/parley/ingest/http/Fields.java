package dev.parley.ingest.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Reads an object's fields, each within its limits. What is wrong is told with the field and the
 * limit; what is null counts as absent; what is not asked for is ignored.
 *
 * @param prefix what stands before a field's name in messages, empty or ending in a dot
 */
public record Fields(ObjectNode object, String prefix) {

  public Fields(ObjectNode object) {
    this(object, "");
  }

  public @Nullable JsonNode find(String name) {
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? null : value;
  }

  /** A string of 1 to {@code maxLength} characters. */
  public @Nullable String string(String name, int maxLength) {
    JsonNode value = find(name);
    if (value == null) {
      return null;
    }
    String text = value.textValue();
    if (text == null || text.isEmpty() || text.length() > maxLength) {
      throw invalid(name, "must be a string of 1 to " + maxLength + " characters");
    }
    return text;
  }

  public String requireString(String name, int maxLength) {
    String text = string(name, maxLength);
    if (text == null) {
      throw invalid(name, "is required: a string of 1 to " + maxLength + " characters");
    }
    return text;
  }

  public @Nullable Integer integer(String name, int min, int max) {
    return integer(name, min, max, ErrorCode.INVALID_REQUEST);
  }

  public @Nullable Integer integer(String name, int min, int max, ErrorCode code) {
    JsonNode value = find(name);
    if (value == null) {
      return null;
    }
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < min
        || value.intValue() > max) {
      throw ApiException.at(
          code,
          prefix + name,
          prefix + name + " must be a whole number from " + min + " to " + max);
    }
    return value.intValue();
  }

  public @Nullable BigDecimal decimal(String name, BigDecimal min, BigDecimal max) {
    JsonNode value = find(name);
    if (value == null) {
      return null;
    }
    if (!value.isNumber()
        || value.decimalValue().compareTo(min) < 0
        || value.decimalValue().compareTo(max) > 0) {
      throw invalid(name, "must be a number from " + min + " to " + max);
    }
    return value.decimalValue();
  }

  /** False when it is absent. */
  public boolean flag(String name) {
    JsonNode value = find(name);
    if (value == null) {
      return false;
    }
    if (!value.isBoolean()) {
      throw invalid(name, "must be true or false");
    }
    return value.booleanValue();
  }

  /** An object; given back as it is, so not to be changed. */
  public @Nullable ObjectNode object(String name, ErrorCode code) {
    JsonNode value = find(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof ObjectNode found)) {
      throw ApiException.at(code, prefix + name, prefix + name + " must be an object");
    }
    return found;
  }

  public @Nullable ArrayNode array(String name, int maxSize) {
    JsonNode value = find(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof ArrayNode array) || array.size() > maxSize) {
      throw invalid(name, "must be an array of at most " + maxSize + " elements");
    }
    return array;
  }

  public ApiException invalid(String name, String problem) {
    return ApiException.at(ErrorCode.INVALID_REQUEST, prefix + name, prefix + name + " " + problem);
  }
}
