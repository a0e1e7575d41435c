package dev.parley.worker.resilience;

import java.time.Duration;

/**
 * When calls to a failing model of a provider stop, and when they begin again.
 *
 * @param enabled whether there are circuit breakers at all
 * @param failureRate the share of failed calls that opens one, above 0, at most 1
 * @param minimumCalls of the window, before which nothing is concluded
 * @param window how far back is looked, in whole seconds
 * @param openFor how long nothing is called before it is tried again
 * @param probes how many calls try it then
 */
public record BreakerConfig(
    boolean enabled,
    double failureRate,
    int minimumCalls,
    Duration window,
    Duration openFor,
    int probes) {

  public static final BreakerConfig DEFAULT =
      new BreakerConfig(true, 0.5, 20, Duration.ofSeconds(30), Duration.ofSeconds(15), 5);

  public BreakerConfig {
    if (failureRate <= 0 || failureRate > 1 || minimumCalls < 1 || probes < 1) {
      throw new IllegalArgumentException("a breaker needs a rate up to 1, calls and probes");
    }
    if (window.toSeconds() < 1 || !openFor.isPositive()) {
      throw new IllegalArgumentException("a breaker needs a window and a time to be open");
    }
  }
}
