package dev.parley.infra;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for a server to answer, and not longer than it lives. */
final class Waiting {

  private static final long PAUSE_MILLIS = 20;

  private Waiting() {}

  static void until(ChildProcess process, Duration limit, BooleanSupplier ready) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!ready.getAsBoolean()) {
      if (!process.isAlive()) {
        throw process.failed("ended while starting");
      }
      if (System.nanoTime() - deadline > 0) {
        throw process.failed("did not answer within " + limit.toSeconds() + " s");
      }
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InfrastructureException("interrupted while starting");
      }
    }
  }
}
