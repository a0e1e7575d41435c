package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.worker.provider.ProviderUsage;
import org.jspecify.annotations.Nullable;

/**
 * Counts of tokens as providers tell them. What cannot be, below nothing or beyond a thousand
 * million, would spoil bills and totals that cannot be mended; it is taken for not told, so that
 * the usage is estimated and said to be.
 */
final class Counts {

  private static final long MOST = 1_000_000_000L;

  /** Such that sums with other counts cannot be either. */
  private static final long TOO_LARGE = 1_000 * MOST;

  private static final long TOO_SMALL = -TOO_LARGE;

  private Counts() {}

  /**
   * A field's count.
   *
   * @param otherwise when the field is missing or null
   */
  static long of(JsonNode node, String field, long otherwise) {
    JsonNode value = node.path(field);
    if (!value.isNumber()) {
      return value.asLong(otherwise);
    }
    // As a double, which holds all that can be exactly, and tells the size of all else.
    double count = value.doubleValue();
    if (count > MOST) {
      return TOO_LARGE;
    }
    return count < 0 ? TOO_SMALL : value.longValue();
  }

  static long of(JsonNode node, String field) {
    return of(node, field, 0);
  }

  /** Null when input or output cannot be; parts that exceed their whole are cut to it. */
  static @Nullable ProviderUsage usage(
      long input, long output, long read, long written5m, long written1h, long reasoning) {
    if (input < 0 || input > MOST || output < 0 || output > MOST) {
      return null;
    }
    return new ProviderUsage(input, output, read, written5m, written1h, reasoning);
  }
}
