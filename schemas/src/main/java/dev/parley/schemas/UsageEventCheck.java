package dev.parley.schemas;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Looks in usage events for what would do harm further on although it could be read: numbers that
 * overflow sums, text that no database takes, and events that came under a key that is not their
 * tenant, whose cell would be added up in two places at once.
 */
public final class UsageEventCheck {

  private static final long MAX_TOKENS = 1_000_000_000_000L;
  private static final int MAX_SCALE = 40;
  private static final int MAX_PRECISION = 60;
  private static final BigDecimal MAX_COST = BigDecimal.valueOf(1_000_000_000);
  private static final int MAX_NAME = 512;
  private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

  private UsageEventCheck() {}

  /** Whether the key is none of those that {@link UsageEvent#recordKey} gives. */
  public static boolean isMisrouted(UsageEvent event, byte @Nullable [] key) {
    return !isKey(key, event.recordKey(false)) && !isKey(key, event.recordKey(true));
  }

  private static boolean isKey(byte @Nullable [] key, String expected) {
    return Arrays.equals(key, expected.getBytes(StandardCharsets.UTF_8));
  }

  /** The field that cannot be so, or null. */
  public static @Nullable String implausible(UsageEvent event) {
    if (!isName(event.provider())) {
      return "provider";
    }
    if (!isName(event.model())) {
      return "model";
    }
    if (!isName(event.eventId())) {
      return "eventId";
    }
    if (event.timestamp().isBefore(EARLIEST) || !event.timestamp().isBefore(LATEST)) {
      return "timestamp";
    }
    BigDecimal cost = event.costUSD();
    if (cost != null && !isCost(cost, event.correction() != null)) {
      return "costUSD";
    }
    if (event.correction() != null && !isName(event.correction().eventId())) {
      return "correction";
    }
    return areTokens(event) ? null : "tokens";
  }

  private static boolean isCost(BigDecimal cost, boolean mayBeNegative) {
    // Scale and precision first: nothing is computed with a number that may unfold to gigabytes.
    return Math.abs(cost.scale()) <= MAX_SCALE
        && cost.precision() <= MAX_PRECISION
        && (cost.signum() >= 0 || mayBeNegative)
        && cost.abs().compareTo(MAX_COST) <= 0;
  }

  private static boolean areTokens(UsageEvent event) {
    return isCount(event.inputTokens())
        && isCount(event.outputTokens())
        && isCount(event.reasoningTokens())
        && isCount(event.cachedTokens())
        && isCount(event.cachedWriteTokens());
  }

  private static boolean isCount(long tokens) {
    return tokens >= 0 && tokens <= MAX_TOKENS;
  }

  private static boolean isName(String name) {
    int length = name.length();
    if (length == 0 || length > MAX_NAME) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = name.charAt(i);
      if (c == 0 || Character.isLowSurrogate(c)) {
        return false;
      }
      if (Character.isHighSurrogate(c)) {
        i++;
        if (i == length || !Character.isLowSurrogate(name.charAt(i))) {
          return false;
        }
      }
    }
    return true;
  }
}
