package dev.parley.worker.turn;

import dev.parley.worker.provider.ProviderUsage;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a call cost. */
public interface Pricing {

  /**
   * @param at when the call ended: prices have dates
   */
  Priced price(String provider, String model, ProviderUsage usage, Instant at);

  /**
   * A price.
   *
   * @param costUSD exact; null when the model has no known price
   * @param version of the price book
   */
  record Priced(@Nullable BigDecimal costUSD, String version) {}
}
