package dev.parley.pricing;

import java.math.BigDecimal;
import java.util.List;
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
    return parts(tokens).stream().map(PricedTokens::cost).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** What the cost is made of. */
  List<PricedTokens> parts(TokenCounts tokens) {
    return List.of(
        part(TokenClass.INPUT, input, tokens.freshInput()),
        part(TokenClass.CACHED_READ, cachedRead, tokens.cachedRead()),
        part(TokenClass.CACHE_WRITE_5M, cacheWrite5m, tokens.cacheWrite5m()),
        part(TokenClass.CACHE_WRITE_1H, cacheWrite1h, tokens.cacheWrite1h()),
        part(TokenClass.OUTPUT, output, tokens.output()));
  }

  private PricedTokens part(TokenClass tokenClass, @Nullable BigDecimal price, long tokens) {
    return new PricedTokens(tokenClass, aboveInputTokens, price == null ? input : price, tokens);
  }

  private static void check(String name, @Nullable BigDecimal price) {
    if (price != null && (price.signum() < 0 || price.scale() > MAX_SCALE)) {
      throw new IllegalArgumentException(
          name + " must not be negative and have at most " + MAX_SCALE + " decimals");
    }
  }
}
