package dev.parley.endtoend.rig;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what comes by itself. */
public final class Until {

  private static final Duration PAUSE = Duration.ofMillis(200);

  private Until() {}

  /**
   * Asks five times a second.
   *
   * @param what for the message: "all jobs have ended"
   * @throws AssertionError when it has not become true in time, with the last failure to ask
   */
  public static void isTrue(Duration limit, String what, Callable<Boolean> condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      Exception failure = null;
      try {
        if (condition.call()) {
          return;
        }
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        failure = e;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within " + limit.toSeconds() + " s: " + what, failure);
      }
      Thread.sleep(PAUSE);
    }
  }
}
