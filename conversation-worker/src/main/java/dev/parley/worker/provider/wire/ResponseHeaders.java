package dev.parley.worker.provider.wire;

import dev.parley.worker.provider.RateLimits;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What providers say of waiting and of limits in the headers of their answers. */
final class ResponseHeaders {

  private ResponseHeaders() {}

  /** How long to wait, from {@code retry-after-ms} or {@code Retry-After}; null when not told. */
  static @Nullable Duration retryAfter(HttpHeaders headers, Instant now) {
    Duration millis = seconds(headers.firstValue("retry-after-ms").orElse(null), 1_000_000);
    if (millis != null) {
      return millis;
    }
    String value = headers.firstValue("retry-after").orElse(null);
    Duration wait = seconds(value, 1_000_000_000);
    return wait == null && value != null ? untilHttpDate(value, now) : wait;
  }

  static Optional<RateLimits> rateLimits(HttpHeaders headers, Instant now) {
    RateLimits limits =
        headers.firstValue("anthropic-ratelimit-requests-limit").isPresent()
            ? anthropic(headers, now)
            : openAi(headers);
    return limits.equals(RateLimits.UNKNOWN) ? Optional.empty() : Optional.of(limits);
  }

  private static RateLimits anthropic(HttpHeaders headers, Instant now) {
    return new RateLimits(
        number(headers, "anthropic-ratelimit-requests-limit"),
        number(headers, "anthropic-ratelimit-requests-remaining"),
        until(headers, "anthropic-ratelimit-requests-reset", now),
        number(headers, "anthropic-ratelimit-tokens-limit"),
        number(headers, "anthropic-ratelimit-tokens-remaining"),
        until(headers, "anthropic-ratelimit-tokens-reset", now));
  }

  private static RateLimits openAi(HttpHeaders headers) {
    return new RateLimits(
        number(headers, "x-ratelimit-limit-requests"),
        number(headers, "x-ratelimit-remaining-requests"),
        duration(headers.firstValue("x-ratelimit-reset-requests").orElse(null)),
        number(headers, "x-ratelimit-limit-tokens"),
        number(headers, "x-ratelimit-remaining-tokens"),
        duration(headers.firstValue("x-ratelimit-reset-tokens").orElse(null)));
  }

  /** Reads {@code 6m0s}, {@code 1.5s}, {@code 20ms}, {@code 1h2m}; null for anything else. */
  static @Nullable Duration duration(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    Duration sum = Duration.ZERO;
    int at = 0;
    while (at < text.length()) {
      int unit = at;
      while (unit < text.length() && isNumeric(text.charAt(unit))) {
        unit++;
      }
      int next = unit;
      while (next < text.length() && !isNumeric(text.charAt(next))) {
        next++;
      }
      long nanos = nanosOf(text.substring(unit, next));
      Duration part = nanos == 0 ? null : seconds(text.substring(at, unit), nanos);
      if (part == null) {
        return null;
      }
      sum = sum.plus(part);
      at = next;
    }
    return sum;
  }

  private static boolean isNumeric(char c) {
    return (c >= '0' && c <= '9') || c == '.';
  }

  private static long nanosOf(String unit) {
    return switch (unit) {
      case "h" -> 3_600_000_000_000L;
      case "m" -> 60_000_000_000L;
      case "s" -> 1_000_000_000L;
      case "ms" -> 1_000_000L;
      case "us", "µs" -> 1_000L;
      case "ns" -> 1L;
      default -> 0L;
    };
  }

  private static @Nullable Duration seconds(@Nullable String text, long unitNanos) {
    if (text == null || text.isEmpty() || text.length() > 18) {
      return null;
    }
    try {
      double nanos = Double.parseDouble(text) * unitNanos;
      return nanos >= 0 && nanos < Long.MAX_VALUE ? Duration.ofNanos((long) nanos) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable Long number(HttpHeaders headers, String name) {
    String text = headers.firstValue(name).orElse(null);
    if (text == null) {
      return null;
    }
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable Duration until(HttpHeaders headers, String name, Instant now) {
    String text = headers.firstValue(name).orElse(null);
    if (text == null) {
      return null;
    }
    try {
      return notNegative(Duration.between(now, Instant.parse(text)));
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static @Nullable Duration untilHttpDate(String text, Instant now) {
    try {
      Instant then = DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
      return notNegative(Duration.between(now, then));
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static Duration notNegative(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }
}
