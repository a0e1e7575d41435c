package dev.parley.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks one component how it is, on a thread of its own and never twice at once: however often its
 * health is asked for, a component that hangs holds up one thread. Thread-safe.
 */
final class Probe {

  private final Component component;

  // INVARIANT: touched under the lock of this object only
  private @Nullable CompletableFuture<Health> running;
  private @Nullable Health last;

  Probe(Component component) {
    this.component = component;
  }

  String name() {
    return component.name();
  }

  /** Begins to ask, or joins those who are asking. */
  synchronized CompletableFuture<Health> ask() {
    CompletableFuture<Health> present = running;
    if (present != null) {
      return present;
    }
    CompletableFuture<Health> answer = new CompletableFuture<>();
    running = answer;
    Thread.ofVirtual().name("check-" + component.name()).start(() -> run(answer));
    return answer;
  }

  private void run(CompletableFuture<Health> answer) {
    Health health;
    try {
      health = component.check();
    } catch (RuntimeException e) {
      health = Health.down(String.valueOf(e.getMessage()));
    }
    synchronized (this) {
      last = health;
      running = null;
    }
    answer.complete(health);
  }

  /** What it says in time; else why it was down before, or that it does not say anything. */
  Health answer(CompletableFuture<Health> asked, long patienceNanos) {
    try {
      return asked.get(Math.max(0, patienceNanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return inTheMeantime();
    } catch (ExecutionException e) {
      return Health.down(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Health.down("interrupted");
    }
  }

  private synchronized Health inTheMeantime() {
    return last instanceof Health.Down down
        ? down
        : Health.down(component.name() + " does not answer in time");
  }
}
