package dev.parley.worker.resilience;

import dev.parley.worker.provider.Wildcard;
import org.jspecify.annotations.Nullable;

/**
 * A provider's limits by the minute.
 *
 * @param model all models of the provider that fit share the limit
 * @param requestsPerMinute null sets none
 * @param tokensPerMinute input and output; null sets none
 */
public record RateLimit(
    String provider,
    Wildcard model,
    @Nullable Long requestsPerMinute,
    @Nullable Long tokensPerMinute) {

  public boolean fits(String aProvider, String aModel) {
    return provider.equals(aProvider) && model.fits(aModel);
  }

  /** How it is called in metrics and in the shared store. */
  public String name() {
    return provider + "/" + model.pattern();
  }
}
