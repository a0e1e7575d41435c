package dev.parley.worker.provider.transport;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs short tasks at points in time, on one thread that it starts when it has to. Thread-safe. */
final class Alarms implements AutoCloseable {

  private final ScheduledThreadPoolExecutor timer;

  Alarms() {
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("provider-deadlines").factory());
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /**
   * @param nanos as {@link System#nanoTime} counts
   */
  Future<?> at(long nanos, Runnable task) {
    return timer.schedule(task, nanos - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
