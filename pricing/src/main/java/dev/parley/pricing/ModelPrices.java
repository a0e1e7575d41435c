package dev.parley.pricing;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All prices of one model.
 *
 * @param provider null when the model costs the same wherever it is served
 * @param aliases other names of the same model
 * @param source where the prices were read
 * @param checked when they were last compared with the source
 * @param batchFactor what a call in a batch costs of the full price
 */
public record ModelPrices(
    @Nullable String provider,
    String model,
    List<String> aliases,
    String source,
    LocalDate checked,
    BigDecimal batchFactor,
    List<DatedPrices> prices) {

  public ModelPrices {
    aliases = List.copyOf(aliases);
    prices = prices.stream().sorted(Comparator.comparing(DatedPrices::from)).toList();
    if (prices.isEmpty()) {
      throw new IllegalArgumentException("a model needs at least one price");
    }
    for (int i = 1; i < prices.size(); i++) {
      LocalDate from = prices.get(i).from();
      if (from.equals(prices.get(i - 1).from())) {
        throw new IllegalArgumentException("two prices begin on " + from);
      }
    }
    if (batchFactor.signum() < 0 || batchFactor.scale() > 2) {
      throw new IllegalArgumentException(
          "batchFactor must not be negative and have at most 2 decimals");
    }
  }

  /** The prices of a day; null when the model had none yet. */
  @Nullable DatedPrices on(LocalDate day) {
    DatedPrices valid = null;
    for (DatedPrices candidate : prices) {
      if (!candidate.from().isAfter(day)) {
        valid = candidate;
      }
    }
    return valid;
  }
}
