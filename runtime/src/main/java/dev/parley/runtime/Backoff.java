package dev.parley.runtime;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential back-off with full jitter: the wait before try {@code n} is drawn evenly from zero to
 * {@code min(cap, base * 2^n)}.
 *
 * <p>Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * @param base the bound of the first wait
 * @param cap the bound of every wait
 */
public record Backoff(Duration base, Duration cap) {

  public Backoff {
    if (base.isNegative() || base.isZero() || cap.compareTo(base) < 0) {
      throw new IllegalArgumentException("base must be positive and cap at least base");
    }
  }

  /**
   * @param tries how many tries have failed before, at least 0
   */
  public Duration delay(int tries, RandomGenerator random) {
    long bound = cap.toNanos();
    int doublings = Math.max(0, tries);
    if (doublings < 62 && base.toNanos() <= (bound >> doublings)) {
      bound = base.toNanos() << doublings;
    }
    return Duration.ofNanos(random.nextLong(bound + 1));
  }
}
