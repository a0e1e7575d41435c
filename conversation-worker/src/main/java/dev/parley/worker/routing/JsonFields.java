package dev.parley.worker.routing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.worker.provider.Wildcard;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object that a user wrote. What is wrong is gathered, each with the path of
 * its field; {@link #done()} adds the fields that nobody has asked for.
 */
final class JsonFields {

  private final String path;
  private final JsonNode node;
  private final List<String> problems;
  private final Set<String> known = new HashSet<>();

  JsonFields(String path, JsonNode node, List<String> problems) {
    this.path = path;
    this.node = node;
    this.problems = problems;
    if (!node.isObject()) {
      problems.add((path.isEmpty() ? "the file" : path) + " must be a JSON object");
    }
  }

  String path(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  void problem(String name, String what) {
    problems.add(path(name) + " " + what);
  }

  @Nullable String text(String name) {
    JsonNode value = find(name);
    if (value == null) {
      return null;
    }
    if (!value.isTextual() || value.textValue().isBlank()) {
      problem(name, "must be a text that is not empty");
      return null;
    }
    return value.textValue();
  }

  String requiredText(String name) {
    String value = text(name);
    if (value == null && find(name) == null) {
      problem(name, "is missing");
    }
    return value == null ? "" : value;
  }

  /** A text, or a list of texts. */
  List<Wildcard> wildcards(String name) {
    JsonNode value = find(name);
    List<Wildcard> patterns = new ArrayList<>();
    if (value == null) {
      return patterns;
    }
    for (JsonNode each : value.isArray() ? value : List.of(value)) {
      if (each.isTextual() && !each.textValue().isBlank()) {
        patterns.add(new Wildcard(each.textValue()));
      } else {
        problem(name, "must be a text, or a list of texts, that are not empty");
        return List.of();
      }
    }
    if (patterns.isEmpty()) {
      problem(name, "must not be an empty list: leave it out to fit everything");
    }
    return patterns;
  }

  @Nullable Boolean bool(String name) {
    JsonNode value = find(name);
    if (value != null && !value.isBoolean()) {
      problem(name, "must be true or false");
      return null;
    }
    return value == null ? null : value.booleanValue();
  }

  @Nullable Long number(String name, long min, long max) {
    JsonNode value = find(name);
    if (value == null) {
      return null;
    }
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      long number = value.longValue();
      if (number >= min && number <= max) {
        return number;
      }
    }
    problem(name, "must be a whole number from " + min + " to " + max);
    return null;
  }

  int number(String name, int min, int max, int defaultValue) {
    Long value = number(name, min, max);
    return value == null ? defaultValue : value.intValue();
  }

  /** Above 0, at most 1. */
  double share(String name, double defaultValue) {
    JsonNode value = find(name);
    if (value == null) {
      return defaultValue;
    }
    if (value.isNumber()) {
      BigDecimal share = value.decimalValue();
      if (share.signum() > 0 && share.compareTo(BigDecimal.ONE) <= 0) {
        return share.doubleValue();
      }
    }
    problem(name, "must be a number above 0 and at most 1");
    return defaultValue;
  }

  @Nullable JsonFields object(String name) {
    JsonNode value = find(name);
    if (value == null) {
      return null;
    }
    if (!value.isObject()) {
      problem(name, "must be a JSON object");
      return null;
    }
    return new JsonFields(path(name), value, problems);
  }

  /** Reads each object of a list. */
  <T> List<T> list(String name, BiFunction<JsonFields, Integer, T> reader) {
    JsonNode value = find(name);
    List<T> read = new ArrayList<>();
    if (value == null) {
      return read;
    }
    if (!value.isArray()) {
      problem(name, "must be a list");
      return read;
    }
    for (int i = 0; i < value.size(); i++) {
      String at = path(name) + "[" + i + "]";
      if (value.get(i).isObject()) {
        JsonFields fields = new JsonFields(at, value.get(i), problems);
        read.add(reader.apply(fields, i));
        fields.done();
      } else {
        problems.add(at + " must be a JSON object");
      }
    }
    return read;
  }

  /** Whether the field was written. */
  boolean has(String name) {
    return find(name) != null;
  }

  void done() {
    node.fieldNames()
        .forEachRemaining(name -> {
          if (!known.contains(name)) {
            problems.add(
                path(name)
                    + " is not known; known here: "
                    + String.join(", ", known.stream().sorted().toList()));
          }
        });
  }

  private @Nullable JsonNode find(String name) {
    known.add(name);
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? null : value;
  }
}
