package dev.parley.worker.provider.transport;

import java.net.http.HttpClient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP client and its permits. For HTTP/2 the first call goes alone until its connection
 * stands: many at once on a cold client would each make a connection. Thread-safe.
 */
final class ClientSlot {

  private final HttpClient client;
  private final Semaphore permits;
  private final AtomicReference<@Nullable CompletableFuture<Void>> warming =
      new AtomicReference<>();
  private volatile boolean warm;

  ClientSlot(HttpClient client, int calls, boolean warm) {
    this.client = client;
    this.permits = new Semaphore(calls);
    this.warm = warm;
  }

  HttpClient client() {
    return client;
  }

  boolean tryAcquire() {
    return permits.tryAcquire();
  }

  void release() {
    permits.release();
  }

  /**
   * Waits until a connection stands, or until it is the caller's turn to make it.
   *
   * @return true when the caller has to say {@link #warmed} or {@link #stayedCold}
   */
  boolean enter(Deadline deadline) throws InterruptedException, DeadlinePassedException {
    CompletableFuture<Void> mine = null;
    while (!warm) {
      if (mine == null) {
        mine = new CompletableFuture<>();
      }
      if (warming.compareAndSet(null, mine)) {
        return true;
      }
      CompletableFuture<Void> other = warming.get();
      if (other != null) {
        await(other, deadline);
      }
    }
    return false;
  }

  void warmed() {
    warm = true;
    stayedCold();
  }

  void stayedCold() {
    CompletableFuture<Void> mine = warming.getAndSet(null);
    if (mine != null) {
      mine.complete(null);
    }
  }

  private static void await(CompletableFuture<Void> future, Deadline deadline)
      throws InterruptedException, DeadlinePassedException {
    try {
      future.get(Math.max(0, deadline.remaining()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw deadline.passed();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
