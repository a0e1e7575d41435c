package dev.parley.ingest.http;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads {@code Prefer: wait=N} (RFC 7240). What is not understood is ignored, as it asks for. */
public final class Preference {

  private static final int MAX_SECONDS = 60;

  private Preference() {}

  /** How long the client would wait, at most 60 s; null when it did not say. */
  public static @Nullable Duration wait(Exchange exchange) {
    return parse(exchange.headerList("prefer"));
  }

  static @Nullable Duration parse(String header) {
    int begin = 0;
    while (begin <= header.length()) {
      int comma = header.indexOf(',', begin);
      int end = comma < 0 ? header.length() : comma;
      String preference = header.substring(begin, end).strip().toLowerCase(Locale.ROOT);
      if (preference.startsWith("wait")) {
        int equals = preference.indexOf('=');
        if (equals > 0 && preference.substring(0, equals).strip().equals("wait")) {
          int parameters = preference.indexOf(';', equals);
          String value =
              preference
                  .substring(equals + 1, parameters < 0 ? preference.length() : parameters)
                  .strip();
          int seconds = Query.parseSmall(unquote(value));
          return seconds < 0 ? null : Duration.ofSeconds(Math.min(seconds, MAX_SECONDS));
        }
      }
      begin = end + 1;
    }
    return null;
  }

  /** Tells the client that its wait was honoured. */
  public static void applied(Exchange exchange, Duration wait) {
    exchange.header("preference-applied", "wait=" + wait.toSeconds());
  }

  private static String unquote(String value) {
    int length = value.length();
    return length >= 2 && value.charAt(0) == '"' && value.charAt(length - 1) == '"'
        ? value.substring(1, length - 1)
        : value;
  }
}
