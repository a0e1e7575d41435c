package dev.parley.worker.engine;

import java.time.Duration;

/** How one performance of a record ended. */
public sealed interface Step {

  /** Nothing is left to do: the offset counts as done. */
  record Done() implements Step {}

  /**
   * To be performed again. The permit is given up meanwhile; the lane stays parked at this record.
   *
   * @param delay as the workload wants it; the engine adds no jitter
   * @param cause a short code, for logs
   */
  record RetryAfter(Duration delay, String cause) implements Step {
    public RetryAfter {
      if (delay.isNegative()) {
        throw new IllegalArgumentException("delay must not be negative");
      }
    }
  }

  /**
   * Given up: the offset counts as done once the dead letter is durable.
   *
   * @param reason a short code
   * @param detail for people; holds nothing secret
   */
  record DeadLetter(String reason, String detail) implements Step {}
}
