package dev.parley.worker.engine;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Says once and for all that the engine stops. Safe for use by many threads. */
final class StopSignal {

  private final CountDownLatch latch = new CountDownLatch(1);

  void raise() {
    latch.countDown();
  }

  boolean raised() {
    return latch.getCount() == 0;
  }

  /** Sleeps unless the engine stops; an interrupt counts as a stop. */
  void sleep(Duration duration) {
    try {
      boolean _ = latch.await(duration.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      raise();
      Thread.currentThread().interrupt();
    }
  }
}
