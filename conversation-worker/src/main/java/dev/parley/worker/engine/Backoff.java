package dev.parley.worker.engine;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential waits, of which the upper half is random so that what failed together does not come
 * back together. As safe for threads as its source of randomness.
 */
final class Backoff {

  private final long baseNanos;
  private final long maxNanos;
  private final RandomGenerator random;

  Backoff(Duration base, Duration max, RandomGenerator random) {
    this.baseNanos = base.toNanos();
    this.maxNanos = max.toNanos();
    this.random = random;
  }

  /**
   * @param failures how often it has failed so far, from 1
   */
  Duration after(int failures) {
    int doublings = Math.clamp(failures - 1, 0, 30);
    long longest = baseNanos > (maxNanos >> doublings) ? maxNanos : baseNanos << doublings;
    return Duration.ofNanos(longest - (long) (random.nextDouble() * (longest / 2.0)));
  }
}
