package dev.parley.worker.provider.transport;

import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Wakes a thread at its deadline, perhaps more often. Made for a deadline that each token of a
 * stream puts off: that costs the write of a field. The timer runs on, and is set again when it
 * rings too soon, once a deadline's length instead of once a token.
 *
 * <p>{@link #set} is called by the woken thread only, before it parks; {@link #cancel} by any.
 *
 * <p>INVARIANT: a thread that parked after {@link #set} is woken at the time that it set, or after
 * a moment in which the timer was found unset; then it sets it again.
 */
final class Alarm {

  private final Alarms alarms;
  private final Thread sleeper;

  /**
   * Written before {@code running} is read in {@link #set}, read after it is written in {@link
   * #ring}.
   */
  private volatile long wanted;

  private volatile boolean running;

  /** When the running timer rings; guarded by this, as those below. */
  private long ringsAt;

  private @Nullable Future<?> timer;
  private boolean cancelled;

  Alarm(Alarms alarms, Thread sleeper) {
    this.alarms = alarms;
    this.sleeper = sleeper;
  }

  /**
   * @param nanos as {@link System#nanoTime} counts
   */
  void set(long nanos) {
    boolean later = wanted - nanos <= 0;
    wanted = nanos;
    if (!later || !running) {
      runUntil(nanos);
    }
  }

  synchronized void cancel() {
    cancelled = true;
    stop();
  }

  private synchronized void runUntil(long nanos) {
    if (!cancelled && !(running && ringsAt - nanos <= 0)) {
      stop();
      ringsAt = nanos;
      running = true;
      timer = alarms.at(nanos, this::ring);
    }
  }

  private void stop() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void ring() {
    running = false;
    if (System.nanoTime() - wanted < 0) {
      runUntil(wanted);
    } else {
      LockSupport.unpark(sleeper);
    }
  }
}
