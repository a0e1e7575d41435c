package dev.parley.ingest.http;

import io.javalin.http.Context;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request's query parameters. An empty value counts as absent. */
public final class Query {

  private static final int MAX_LENGTH = 2_000;

  private final Context context;

  Query(Context context) {
    this.context = context;
  }

  public @Nullable String find(String name) {
    return find(name, ErrorCode.INVALID_REQUEST);
  }

  /**
   * @throws ApiException with {@code code} when it is given more than once or too long
   */
  public @Nullable String find(String name, ErrorCode code) {
    String value = given(name, code);
    return value == null || value.isEmpty() ? null : value;
  }

  /** Empty when it is given without a value, null when it is not given. */
  private @Nullable String given(String name, ErrorCode code) {
    String raw = context.req().getQueryString();
    if (raw == null) {
      return null;
    }
    requirePercentEncoding(raw);
    List<String> values = valuesOf(raw, name);
    if (values.isEmpty()) {
      return null;
    }
    if (values.getFirst().isEmpty()) {
      return "";
    }
    String value = values.getFirst();
    if (values.size() > 1 || value.length() > MAX_LENGTH || JsonGuard.hasLoneSurrogate(value)) {
      throw ApiException.at(
          code, name, name + " must be given once, in at most " + MAX_LENGTH + " characters");
    }
    return value;
  }

  /**
   * One that means nothing when it is empty.
   *
   * @throws ApiException with {@code code} when it is given but empty, more than once or too long
   */
  public @Nullable String findFilled(String name, ErrorCode code) {
    String value = given(name, code);
    if (value != null && value.isBlank()) {
      throw ApiException.at(code, name, name + " must not be empty");
    }
    return value;
  }

  /** Read here rather than by the framework, whose charset depends on the body's media type. */
  private static List<String> valuesOf(String raw, String name) {
    List<String> values = new ArrayList<>(1);
    int begin = 0;
    while (begin <= raw.length()) {
      int ampersand = raw.indexOf('&', begin);
      int end = ampersand < 0 ? raw.length() : ampersand;
      int equals = raw.indexOf('=', begin);
      boolean hasValue = equals >= 0 && equals < end;
      if (decode(raw.substring(begin, hasValue ? equals : end)).equals(name)) {
        values.add(hasValue ? decode(raw.substring(equals + 1, end)) : "");
      }
      begin = end + 1;
    }
    return values;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static void requirePercentEncoding(String raw) {
    for (int i = raw.indexOf('%'); i >= 0; i = raw.indexOf('%', i + 1)) {
      if (i + 2 >= raw.length() || !isHex(raw.charAt(i + 1)) || !isHex(raw.charAt(i + 2))) {
        throw ApiException.of(ErrorCode.INVALID_REQUEST, "the query is not percent-encoded");
      }
    }
  }

  private static boolean isHex(char c) {
    return Character.digit(c, 16) >= 0 && c < 128;
  }

  /** How many items of a page: 1 to 100. */
  public int limit(int defaultValue) {
    String value = find("limit", ErrorCode.INVALID_LIMIT);
    if (value == null) {
      return defaultValue;
    }
    int limit = parseSmall(value);
    if (limit < 1 || limit > 100) {
      throw ApiException.at(
          ErrorCode.INVALID_LIMIT, "limit", "limit must be a whole number from 1 to 100");
    }
    return limit;
  }

  /** Whether the listing goes backward. */
  public boolean backward() {
    String value = find("direction", ErrorCode.INVALID_DIRECTION);
    if (value == null || value.equals("forward")) {
      return false;
    }
    if (value.equals("backward")) {
      return true;
    }
    throw ApiException.at(
        ErrorCode.INVALID_DIRECTION, "direction", "direction must be forward or backward");
  }

  /** A whole number of at most nine digits, else -1. */
  static int parseSmall(String value) {
    if (value.isEmpty() || value.length() > 9) {
      return -1;
    }
    int number = 0;
    for (int i = 0; i < value.length(); i++) {
      int digit = value.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  /** A whole number of at most eighteen digits, else -1. */
  public static long parseOffset(String value) {
    if (value.isEmpty() || value.length() > 18) {
      return -1;
    }
    long number = 0;
    for (int i = 0; i < value.length(); i++) {
      int digit = value.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }
}
