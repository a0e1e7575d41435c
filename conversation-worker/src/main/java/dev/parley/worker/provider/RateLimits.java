package dev.parley.worker.provider;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A provider's limits as one of its answers told them; what it did not tell is null.
 *
 * @param resetRequests until the requests are at their limit again
 * @param resetTokens until the tokens are at their limit again
 */
public record RateLimits(
    @Nullable Long limitRequests,
    @Nullable Long remainingRequests,
    @Nullable Duration resetRequests,
    @Nullable Long limitTokens,
    @Nullable Long remainingTokens,
    @Nullable Duration resetTokens) {

  public static final RateLimits UNKNOWN = new RateLimits(null, null, null, null, null, null);
}
