package dev.parley.storage.batch;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An item and whoever waits for it.
 *
 * <p>Its state goes from waiting either to taken and then done, or to abandoned, decided by one
 * compare-and-set: a flusher and an interrupted caller cannot both win.
 */
final class Pending<Q, R> {

  private enum State {
    WAITING,
    TAKEN,
    ABANDONED
  }

  private final @Nullable Q item;
  private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
  private final CountDownLatch done = new CountDownLatch(1);
  // INVARIANT: written once, before done is counted down, and read after
  private @Nullable R result;
  private @Nullable Throwable failure;

  Pending(@Nullable Q item) {
    this.item = item;
  }

  /** Tells a flusher to end. */
  static <Q, R> Pending<Q, R> end() {
    return new Pending<>(null);
  }

  boolean isEnd() {
    return item == null;
  }

  Q item() {
    if (item == null) {
      throw new IllegalStateException("the end has no item");
    }
    return item;
  }

  /** Whether the item is to be served; false when its caller has gone. */
  boolean take() {
    return state.compareAndSet(State.WAITING, State.TAKEN);
  }

  void succeed(R value) {
    result = value;
    done.countDown();
  }

  void fail(Throwable cause) {
    failure = cause;
    done.countDown();
  }

  R await() throws InterruptedException {
    boolean interrupted = false;
    while (true) {
      try {
        done.await();
        break;
      } catch (InterruptedException e) {
        if (state.compareAndSet(State.WAITING, State.ABANDONED)) {
          throw e;
        }
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return outcome();
  }

  private R outcome() {
    if (failure != null) {
      throw rethrown(failure);
    }
    if (result == null) {
      throw new IllegalStateException("a batch gave null for an item");
    }
    return result;
  }

  private static RuntimeException rethrown(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException exception
        ? exception
        : new IllegalStateException(failure);
  }
}
