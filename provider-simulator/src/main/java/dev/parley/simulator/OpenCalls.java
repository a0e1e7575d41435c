package dev.parley.simulator;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The calls that wait for their next moment, and the clockwork that wakes them. No thread belongs
 * to a call: ten thousand paced streams are ten thousand entries of a timer. Safe for use by many
 * threads.
 */
final class OpenCalls {

  private static final int TIMER_THREADS = 2;

  private final Set<LiveCall> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong numbers = new AtomicLong();
  private final ScheduledThreadPoolExecutor timer;

  OpenCalls() {
    timer =
        new ScheduledThreadPoolExecutor(
            TIMER_THREADS, Thread.ofPlatform().daemon().name("simulator-timer-", 0).factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  long nextNumber() {
    return numbers.incrementAndGet();
  }

  void add(LiveCall call) {
    open.add(call);
  }

  void remove(LiveCall call) {
    open.remove(call);
  }

  Future<?> after(long nanos, Runnable step) {
    return timer.schedule(step, nanos, TimeUnit.NANOSECONDS);
  }

  /** Ends all calls at once. */
  void close() {
    timer.shutdownNow();
    open.forEach(LiveCall::serverClosing);
  }
}
