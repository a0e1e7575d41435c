package dev.parley.worker.provider.transport;

import dev.parley.worker.provider.Deadlines;
import java.time.Duration;

/**
 * A point in time, and what it ends.
 *
 * @param nanos as {@link System#nanoTime} counts
 */
public record Deadline(long nanos, Deadlines.Phase phase) {

  public static Deadline in(Duration time, Deadlines.Phase phase) {
    return new Deadline(System.nanoTime() + time.toNanos(), phase);
  }

  /** The one that passes first. */
  public Deadline or(Deadline other) {
    return nanos - other.nanos <= 0 ? this : other;
  }

  /** Throws when it has passed. */
  public void check() throws DeadlinePassedException {
    if (remaining() <= 0) {
      throw passed();
    }
  }

  long remaining() {
    return nanos - System.nanoTime();
  }

  DeadlinePassedException passed() {
    return new DeadlinePassedException(phase);
  }
}
