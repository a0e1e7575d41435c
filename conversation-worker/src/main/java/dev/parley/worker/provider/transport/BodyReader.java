package dev.parley.worker.provider.transport;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Hands a response body from the client's threads to the one thread that reads it.
 *
 * <p>INVARIANT: no more than {@link #AHEAD} chunks are asked for and not yet read, so that a slow
 * reader slows the sender down; they are asked for several at a time, because asking costs. The
 * subscriber's methods are called by the client's threads, {@link #read} by the thread that made
 * this only, {@link #abort} and {@link #drain} by any.
 */
final class BodyReader implements BodySubscriber<BodyReader> {

  static final int AHEAD = 8;

  private final Queue<List<ByteBuffer>> chunks = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Thread reader = Thread.currentThread();
  private final Alarm alarm;
  private Flow.@Nullable Subscription subscription;
  private long demandBeforeSubscription;
  private volatile boolean draining;

  /** How many of those that were asked for are not read yet. */
  private int outstanding;

  BodyReader(Alarms alarms) {
    alarm = new Alarm(alarms, reader);
    var _ = ended.whenComplete((ok, failure) -> alarm.cancel());
  }

  /** Ends when the body has ended, in whichever way; exceptionally when it broke off. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  @Override
  public CompletionStage<BodyReader> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    long early;
    synchronized (this) {
      subscription = newSubscription;
      early = demandBeforeSubscription;
    }
    if (ended.isDone()) {
      newSubscription.cancel();
    } else if (early > 0) {
      newSubscription.request(early);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> item) {
    if (!draining) {
      chunks.add(item);
      LockSupport.unpark(reader);
    }
  }

  @Override
  public void onError(Throwable cause) {
    ended.completeExceptionally(cause);
    LockSupport.unpark(reader);
  }

  @Override
  public void onComplete() {
    ended.complete(null);
    LockSupport.unpark(reader);
  }

  /**
   * Waits for the next chunk.
   *
   * @return null at the end of the body
   * @throws IOException when the body broke off
   */
  @Nullable List<ByteBuffer> read(Deadline deadline)
      throws IOException, InterruptedException, DeadlinePassedException {
    if (outstanding <= AHEAD / 2) {
      int more = AHEAD - outstanding;
      outstanding = AHEAD;
      request(more);
    }
    while (true) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      boolean wasEnded = ended.isDone();
      List<ByteBuffer> item = chunks.poll();
      if (item != null) {
        outstanding--;
        return item;
      }
      if (wasEnded) {
        throwIfBroken();
        return null;
      }
      deadline.check();
      alarm.set(deadline.nanos());
      LockSupport.park(this);
    }
  }

  /** Lets the rest of the body pass unread, so that the connection can be used again. */
  void drain() {
    draining = true;
    request(Long.MAX_VALUE);
  }

  /** Stops the exchange, if it has not ended. */
  void abort() {
    ended.completeExceptionally(new IOException("aborted"));
    Flow.Subscription current = current();
    if (current != null) {
      current.cancel();
    }
  }

  /** The response may be known, and read, a moment before the client subscribes this. */
  private void request(long count) {
    Flow.Subscription current;
    synchronized (this) {
      current = subscription;
      if (current == null) {
        demandBeforeSubscription = Math.max(demandBeforeSubscription, count);
      }
    }
    if (current != null) {
      current.request(count);
    }
  }

  private synchronized Flow.@Nullable Subscription current() {
    return subscription;
  }

  private void throwIfBroken() throws IOException {
    if (ended.isCompletedExceptionally()) {
      throw new IOException("the response body broke off", ended.exceptionNow());
    }
  }
}
