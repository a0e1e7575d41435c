package dev.parley.storage.postgres;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** What a call on a thread of its own comes to. */
final class Outcome<T> {

  private final FutureTask<T> task;
  private final Thread thread;

  private Outcome(Callable<T> call) {
    task = new FutureTask<>(call);
    thread = Thread.ofPlatform().start(task);
  }

  static <T> Outcome<T> of(Callable<T> call) {
    return new Outcome<>(call);
  }

  void awaitWaiting() {
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  T get() throws Exception {
    return task.get();
  }
}
