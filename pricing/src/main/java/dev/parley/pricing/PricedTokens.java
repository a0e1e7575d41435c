package dev.parley.pricing;

import java.math.BigDecimal;

/**
 * Tokens of one kind at one price: a part of what a call cost.
 *
 * @param aboveInputTokens names the tier that the price is from
 * @param perMillion the price of a million tokens, in USD
 */
public record PricedTokens(
    TokenClass tokenClass, long aboveInputTokens, BigDecimal perMillion, long tokens) {

  /** Exact; in USD. */
  public BigDecimal cost() {
    return cost(perMillion, tokens);
  }

  /** What tokens cost; exact, and negative for tokens that are taken back. */
  public static BigDecimal cost(BigDecimal perMillion, long tokens) {
    return perMillion.multiply(BigDecimal.valueOf(tokens)).movePointLeft(6);
  }
}
