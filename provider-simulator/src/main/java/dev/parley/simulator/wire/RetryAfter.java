package dev.parley.simulator.wire;

import java.time.Duration;

/** The header's whole seconds. */
final class RetryAfter {

  private RetryAfter() {}

  /** Rounded up, so that who obeys never comes back too early. */
  static long seconds(Duration wait) {
    return Math.ceilDiv(wait.toMillis(), 1000L);
  }
}
