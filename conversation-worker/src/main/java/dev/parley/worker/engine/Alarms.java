package dev.parley.worker.engine;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Things to do later. Not safe for use by several threads: guarded by the dispatcher's lock. */
final class Alarms {

  /** What {@link #untilNext} answers at most. */
  private static final long LONGEST = Duration.ofHours(1).toNanos();

  record Alarm(long due, long sequence, Runnable action) {}

  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>(Comparator.comparingLong(Alarm::due).thenComparingLong(Alarm::sequence));
  private long sequence;

  /**
   * @param due in ticks
   */
  Alarm set(long due, Runnable action) {
    Alarm alarm = new Alarm(due, sequence++, action);
    alarms.add(alarm);
    return alarm;
  }

  void cancel(Alarm alarm) {
    alarms.remove(alarm);
  }

  /** Does what is due, in order. */
  void ring(long now) {
    for (Alarm next = alarms.peek(); next != null && next.due <= now; next = alarms.peek()) {
      alarms.remove();
      next.action.run();
    }
  }

  /** Nanoseconds until the next alarm is due, an hour at most. */
  long untilNext(long now) {
    Alarm next = alarms.peek();
    return next == null ? LONGEST : Math.clamp(next.due - now, 0, LONGEST);
  }
}
