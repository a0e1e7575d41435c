package dev.parley.runtime;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads configuration from environment variables and gathers what is wrong, so that a user is told
 * of all faults at once: read everything, then call {@link #done()}. An empty variable counts as
 * not set. Values are never part of a message, since any of them may be a secret.
 *
 * <p>For one thread.
 */
public final class Env {

  private static final Pattern SHORT_DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

  private final Map<String, String> variables;
  private final List<String> problems = new ArrayList<>();

  /**
   * @param variables not copied, so that a test can see which are read; not to be changed meanwhile
   */
  public Env(Map<String, String> variables) {
    this.variables = variables;
  }

  public @Nullable String find(String name) {
    String value = variables.get(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  public String get(String name, String defaultValue) {
    String value = find(name);
    return value == null ? defaultValue : value;
  }

  /** The value; when it is not set that is a problem, and the result is empty text. */
  public String require(String name, String whatItIs) {
    String value = find(name);
    if (value == null) {
      problems.add(name + " is not set: " + whatItIs);
      return "";
    }
    return value;
  }

  public int getInt(String name, int defaultValue, int min, int max) {
    return (int) getLong(name, defaultValue, min, max);
  }

  public long getLong(String name, long defaultValue, long min, long max) {
    String value = find(name);
    if (value == null) {
      return defaultValue;
    }
    try {
      long number = Long.parseLong(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below, together with a number out of range
    }
    problems.add(name + " must be a whole number from " + min + " to " + max);
    return defaultValue;
  }

  public boolean getBoolean(String name, boolean defaultValue) {
    String value = find(name);
    if (value == null) {
      return defaultValue;
    }
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "true", "1", "yes", "on" -> true;
      case "false", "0", "no", "off" -> false;
      default -> {
        problems.add(name + " must be true or false");
        yield defaultValue;
      }
    };
  }

  /** A duration such as {@code 250ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 1d}, PT30S. */
  public Duration getDuration(String name, Duration defaultValue) {
    String value = find(name);
    if (value == null) {
      return defaultValue;
    }
    Matcher matcher = SHORT_DURATION.matcher(value);
    if (matcher.matches()) {
      long amount = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "ms" -> Duration.ofMillis(amount);
        case "s" -> Duration.ofSeconds(amount);
        case "m" -> Duration.ofMinutes(amount);
        case "h" -> Duration.ofHours(amount);
        default -> Duration.ofDays(amount);
      };
    }
    try {
      Duration duration = Duration.parse(value);
      if (!duration.isNegative()) {
        return duration;
      }
    } catch (DateTimeParseException e) {
      // told below
    }
    problems.add(name + " must be a duration such as 250ms, 30s, 5m or PT30S");
    return defaultValue;
  }

  /** One of an enum's constants, written in lower case with hyphens. */
  public <E extends Enum<E>> E getEnum(String name, Class<E> type, E defaultValue) {
    String value = find(name);
    if (value == null) {
      return defaultValue;
    }
    Function<E, String> spell = e -> e.name().toLowerCase(Locale.ROOT).replace('_', '-');
    for (E constant : type.getEnumConstants()) {
      if (spell.apply(constant).equals(value.toLowerCase(Locale.ROOT))) {
        return constant;
      }
    }
    List<String> names = Arrays.stream(type.getEnumConstants()).map(spell).toList();
    problems.add(name + " must be one of " + String.join(", ", names));
    return defaultValue;
  }

  /** All variables that begin with the prefix, by what follows it. */
  public Map<String, String> startingWith(String prefix) {
    Map<String, String> found = new TreeMap<>();
    variables.forEach((name, value) -> {
      if (name.startsWith(prefix) && name.length() > prefix.length() && !value.isBlank()) {
        found.put(name.substring(prefix.length()), value.strip());
      }
    });
    return found;
  }

  /** Notes a problem that a caller found itself; {@code problem} begins with the variable. */
  public void problem(String problem) {
    problems.add(problem);
  }

  /**
   * Ends the reading.
   *
   * @throws ConfigException when anything was wrong
   */
  public void done() {
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }
}
