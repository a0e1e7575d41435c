package dev.parley.pricing;

/**
 * The tokens of one call, by what they cost: no token is in two counts.
 *
 * @param freshInput at the full price of input
 * @param cachedRead read from the provider's cache
 * @param cacheWrite5m written to a cache of five minutes
 * @param cacheWrite1h written to a cache of an hour
 * @param output reasoning included
 */
public record TokenCounts(
    long freshInput, long cachedRead, long cacheWrite5m, long cacheWrite1h, long output) {

  /** Of a call without a cache. */
  public static TokenCounts of(long input, long output) {
    return new TokenCounts(input, 0, 0, 0, output);
  }

  /** All input, which decides the tier. */
  public long input() {
    return freshInput + cachedRead + cacheWrite5m + cacheWrite1h;
  }
}
