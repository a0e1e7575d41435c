package dev.parley.storage.batch;

import dev.parley.storage.StoreUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves many callers' single items in batches.
 *
 * <p>Callers hand in an item and block; flusher threads take all that waits and serve it in one
 * call. Nothing is ever delayed to fill a batch: a batch is what gathered while the one before was
 * under way, so an idle system answers at once and a busy one makes large batches by itself.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>An item is served exactly once, except after a failed batch: when the failure is not that
 *       the store is away, each of its items is served again, alone, and only those that fail alone
 *       too throw. The batch function must therefore be all or nothing, or repeatable.
 *   <li>A failure that says the store is away goes to all callers of the batch.
 *   <li>A caller that is interrupted before its item was taken gets {@link InterruptedException},
 *       and the item is not served. After that it waits on, gets its result, and finds its
 *       interrupt flag set.
 *   <li>After {@link #close()} what waits is still served; new items are refused.
 * </ul>
 *
 * <p>{@link #submit} may be called by any number of threads, platform or virtual. With more than
 * one flusher, batches run side by side and in no particular order.
 */
public final class GroupCommit<Q, R> implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

  /** Serves a batch: a result for each item, in order. */
  @FunctionalInterface
  public interface Batch<Q, R> {
    List<R> serve(List<Q> items);
  }

  private final Batch<Q, R> batch;
  private final int maxBatch;
  private final ToLongFunction<Q> weight;
  private final long maxWeight;
  private final List<Thread> flushers;
  private final BlockingQueue<Pending<Q, R>> queue = new LinkedBlockingQueue<>();
  // INVARIANT: guarded by the queue's monitor; no item is enqueued once it is true
  private boolean closed;

  /**
   * @param name of the flusher threads
   * @param maxBatch the most items of one batch
   * @param flushers how many batches may be under way at once
   */
  public GroupCommit(String name, int maxBatch, int flushers, Batch<Q, R> batch) {
    this(name, maxBatch, item -> 0, 1, flushers, batch);
  }

  /**
   * @param name of the flusher threads
   * @param maxBatch the most items of one batch
   * @param weight of an item; asked once, by a flusher
   * @param maxWeight a batch that weighs as much takes no further item
   * @param flushers how many batches may be under way at once
   */
  public GroupCommit(
      String name,
      int maxBatch,
      ToLongFunction<Q> weight,
      long maxWeight,
      int flushers,
      Batch<Q, R> batch) {
    if (maxBatch < 1 || flushers < 1) {
      throw new IllegalArgumentException("maxBatch and flushers must be at least 1");
    }
    this.batch = batch;
    this.maxBatch = maxBatch;
    this.weight = weight;
    this.maxWeight = maxWeight;
    this.flushers =
        IntStream.range(0, flushers)
            .mapToObj(i -> Thread.ofPlatform().name(name + "-" + i).daemon().unstarted(this::flush))
            .toList();
  }

  public void start() {
    flushers.forEach(Thread::start);
  }

  /**
   * Waits until the item was served.
   *
   * @throws InterruptedException when interrupted before the item was taken; it is then not served
   * @throws IllegalStateException when closed
   */
  public R submit(Q item) throws InterruptedException {
    Pending<Q, R> pending = new Pending<>(item);
    synchronized (queue) {
      if (closed) {
        throw new IllegalStateException("closed");
      }
      queue.add(pending);
    }
    return pending.await();
  }

  private void flush() {
    List<Pending<Q, R>> taken = new ArrayList<>();
    while (true) {
      try {
        taken.add(queue.take());
      } catch (InterruptedException e) {
        // nobody may end a flusher so; close() does it through the queue
        continue;
      }
      takeMore(taken);
      boolean last = removeEnds(taken);
      taken.removeIf(pending -> !pending.take());
      if (!taken.isEmpty()) {
        serve(taken);
        taken.clear();
      }
      if (last) {
        return;
      }
    }
  }

  private void takeMore(List<Pending<Q, R>> taken) {
    long weighs = weightOf(taken.getFirst());
    while (taken.size() < maxBatch && weighs < maxWeight) {
      Pending<Q, R> next = queue.poll();
      if (next == null) {
        return;
      }
      taken.add(next);
      weighs += weightOf(next);
    }
  }

  private long weightOf(Pending<Q, R> pending) {
    return pending.isEnd() ? 0 : weight.applyAsLong(pending.item());
  }

  /** Ends are put behind all items, one for each flusher; what one takes too many, it puts back. */
  private boolean removeEnds(List<Pending<Q, R>> taken) {
    int before = taken.size();
    taken.removeIf(Pending::isEnd);
    int ends = before - taken.size();
    for (int i = 1; i < ends; i++) {
      queue.add(Pending.end());
    }
    return ends > 0;
  }

  private void serve(List<Pending<Q, R>> taken) {
    try {
      List<R> results = batch.serve(taken.stream().map(Pending::item).toList());
      if (results.size() != taken.size()) {
        throw new IllegalStateException(
            "a batch of " + taken.size() + " got " + results.size() + " results");
      }
      for (int i = 0; i < results.size(); i++) {
        taken.get(i).succeed(results.get(i));
      }
    } catch (StoreUnavailableException e) {
      taken.forEach(pending -> pending.fail(e));
    } catch (Throwable e) {
      serveSingly(taken, e);
    }
  }

  private void serveSingly(List<Pending<Q, R>> taken, Throwable failure) {
    if (taken.size() == 1) {
      taken.getFirst().fail(failure);
      return;
    }
    log.atWarn()
        .setMessage("batch failed, serving its items one by one")
        .addKeyValue("items", taken.size())
        .addKeyValue("failure", failure.getClass().getSimpleName())
        .log();
    for (Pending<Q, R> pending : taken) {
      serve(List.of(pending));
    }
  }

  /** Refuses new items, serves what waits, and returns when that is done. Idempotent. */
  @Override
  public void close() {
    synchronized (queue) {
      if (!closed) {
        closed = true;
        flushers.forEach(flusher -> queue.add(Pending.end()));
      }
    }
    for (Thread flusher : flushers) {
      joinUninterruptibly(flusher);
    }
  }

  private static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
