package dev.parley.pricing;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Prices in USD for a million tokens each, for calls with more input than a bound.
 *
 * @param aboveInputTokens the tier applies to the whole of a call with more input tokens than this
 * @param cachedRead null when the provider gives no discount: then {@code input} applies
 * @param cacheWrite5m null when writing costs nothing extra: then {@code input} applies
 * @param cacheWrite1h likewise
 */
public record PriceTier(
    long aboveInputTokens,
    BigDecimal input,
    @Nullable BigDecimal cachedRead,
    @Nullable BigDecimal cacheWrite5m,
    @Nullable BigDecimal cacheWrite1h,
    BigDecimal output) {

  /** Prices have six decimals at most, which bounds the scale of all that is computed of them. */
  private static final int MAX_SCALE = 6;

  public PriceTier {
    if (aboveInputTokens < 0) {
      throw new IllegalArgumentException("aboveInputTokens must not be negative");
    }
    check("input", input);
    check("cachedRead", cachedRead);
    check("cacheWrite5m", cacheWrite5m);
    check("cacheWrite1h", cacheWrite1h);
    check("output", output);
  }

  /** Exact; in USD. */
  BigDecimal cost(TokenCounts tokens) {
    return times(input, tokens.freshInput())
        .add(times(cachedRead == null ? input : cachedRead, tokens.cachedRead()))
        .add(times(cacheWrite5m == null ? input : cacheWrite5m, tokens.cacheWrite5m()))
        .add(times(cacheWrite1h == null ? input : cacheWrite1h, tokens.cacheWrite1h()))
        .add(times(output, tokens.output()));
  }

  private static BigDecimal times(BigDecimal perMillion, long tokens) {
    return perMillion.multiply(BigDecimal.valueOf(tokens)).movePointLeft(6);
  }

  private static void check(String name, @Nullable BigDecimal price) {
    if (price != null && (price.signum() < 0 || price.scale() > MAX_SCALE)) {
      throw new IllegalArgumentException(
          name + " must not be negative and have at most " + MAX_SCALE + " decimals");
    }
  }
}
