package dev.parley.worker.provider;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often and after which waits a call is tried again: exponential back-off with full jitter, or
 * what the provider asked for.
 *
 * @param maxTries of one call, those of earlier turns of its job included
 * @param base the first back-off's upper bound; doubles with each try
 * @param maxBackOff the upper bound of all back-offs
 * @param maxRetryAfter what a provider asks for beyond this is cut to it
 * @param maxInnerWait longer waits are left to the caller, who holds no permit meanwhile
 */
public record RetryPolicy(
    int maxTries,
    Duration base,
    Duration maxBackOff,
    Duration maxRetryAfter,
    Duration maxInnerWait) {

  public static final RetryPolicy DEFAULT =
      new RetryPolicy(
          6,
          Duration.ofMillis(250),
          Duration.ofSeconds(20),
          Duration.ofSeconds(60),
          Duration.ofSeconds(1));

  /** One repeat, soon: for calls that have somewhere else to go. */
  public static final RetryPolicy HASTY =
      new RetryPolicy(
          2,
          Duration.ofMillis(250),
          Duration.ofMillis(250),
          Duration.ofSeconds(60),
          Duration.ofSeconds(1));

  public RetryPolicy {
    if (maxTries < 1 || !base.isPositive() || !maxBackOff.isPositive()) {
      throw new IllegalArgumentException("a retry policy needs a try and positive back-offs");
    }
  }

  /**
   * The wait before the next try.
   *
   * @param tries how often the call has failed, at least once
   */
  Duration waitAfter(Failure failure, int tries, RandomGenerator random) {
    Duration asked = failure.retryAfter();
    Duration backOff = backOff(tries, random);
    if (asked == null) {
      return backOff;
    }
    Duration bounded = asked.compareTo(maxRetryAfter) > 0 ? maxRetryAfter : asked;
    // Jitter on top: all who were told the same time must not come back at the same moment.
    return bounded.plus(backOff.compareTo(base) > 0 ? base : backOff);
  }

  /** The wait when the worker has retried too much already: never a short one. */
  Duration waitWithoutBudget(Duration wait, RandomGenerator random) {
    return wait.plus(maxInnerWait)
        .plus(Duration.ofNanos(random.nextLong(maxInnerWait.toNanos() + 1)));
  }

  private Duration backOff(int tries, RandomGenerator random) {
    long bound = maxBackOff.toNanos();
    int doublings = Math.min(tries - 1, 30);
    long doubled = base.toNanos() << doublings;
    boolean overflown = doubled >> doublings != base.toNanos();
    return Duration.ofNanos(random.nextLong((overflown ? bound : Math.min(bound, doubled)) + 1));
  }
}
