package dev.parley.pricing;

import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;

/**
 * Prices from a day on.
 *
 * @param from the first day, in UTC; {@link LocalDate#EPOCH} when they held ever since
 * @param tiers the first one for all calls, each further one for calls with more input
 */
public record DatedPrices(LocalDate from, List<PriceTier> tiers) {

  public DatedPrices {
    tiers = tiers.stream().sorted(Comparator.comparingLong(PriceTier::aboveInputTokens)).toList();
    if (tiers.isEmpty() || tiers.getFirst().aboveInputTokens() != 0) {
      throw new IllegalArgumentException("the first tier must begin above 0 input tokens");
    }
    for (int i = 1; i < tiers.size(); i++) {
      long bound = tiers.get(i).aboveInputTokens();
      if (bound == tiers.get(i - 1).aboveInputTokens()) {
        throw new IllegalArgumentException("two tiers begin above " + bound + " input tokens");
      }
    }
  }

  PriceTier tierOf(long inputTokens) {
    PriceTier tier = tiers.getFirst();
    for (PriceTier candidate : tiers) {
      if (inputTokens > candidate.aboveInputTokens()) {
        tier = candidate;
      }
    }
    return tier;
  }
}
