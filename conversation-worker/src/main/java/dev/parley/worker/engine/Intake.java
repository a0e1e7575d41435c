package dev.parley.worker.engine;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Has records admitted in the order in which they were polled, many with one call, and hands them
 * to their lanes. {@link #offer} is called by the consumer's thread; {@link #run} is a thread of
 * its own.
 *
 * <p>INVARIANT: the queue is bounded by the engine's bounds on what it holds: reading pauses at
 * them, and a queued record is held.
 */
final class Intake<A> implements Runnable {

  private final Workload<A> workload;
  private final Dispatcher<A> dispatcher;
  private final int maxBatch;
  private final int maxTries;
  private final Backoff backoff;
  private final Troubles troubles;
  private final StopSignal stop;
  private final BlockingQueue<Task<A>> queue = new LinkedBlockingQueue<>();

  Intake(
      Workload<A> workload,
      Dispatcher<A> dispatcher,
      EngineConfig config,
      Backoff backoff,
      Troubles troubles,
      StopSignal stop) {
    this.workload = workload;
    this.dispatcher = dispatcher;
    this.maxBatch = config.maxAdmissionBatch();
    this.maxTries = config.maxTries();
    this.backoff = backoff;
    this.troubles = troubles;
    this.stop = stop;
  }

  void offer(Collection<Task<A>> tasks) {
    queue.addAll(tasks);
  }

  /** Until it is interrupted after the engine was told to stop. */
  @Override
  public void run() {
    try {
      ArrayDeque<Task<A>> pending = new ArrayDeque<>();
      while (true) {
        pending.add(queue.take());
        queue.drainTo(pending, maxBatch - 1);
        admitAll(pending);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void admitAll(ArrayDeque<Task<A>> pending) throws InterruptedException {
    int batch = pending.size();
    int failures = 0;
    while (true) {
      List<Task<A>> head = dispatcher.beginAdmission(pending, batch);
      if (head.isEmpty()) {
        return;
      }
      Throwable failure = null;
      try {
        failure = tryAdmit(head);
      } finally {
        dispatcher.endAdmission(head);
      }
      if (failure == null) {
        passOn(pending, head);
        batch = Math.min(maxBatch, batch * 2);
        failures = 0;
        troubles.clear(Troubles.Part.ADMISSION);
        continue;
      }
      troubles.raise(Troubles.Part.ADMISSION, failure);
      failures++;
      if (head.size() == 1 && failures >= maxTries && judged(pending, head.getFirst())) {
        failures = 0;
        continue;
      }
      batch = Math.max(1, head.size() / 2);
      Thread.sleep(backoff.after(failures));
    }
  }

  /**
   * The first record alone keeps failing: either something is away, or it is the record. When the
   * one after it passes, and it still does not, it is the record.
   */
  private boolean judged(ArrayDeque<Task<A>> pending, Task<A> suspect) throws InterruptedException {
    queue.drainTo(pending, pending.size() == 1 ? 1 : 0);
    List<Task<A>> pair = dispatcher.beginAdmission(pending, 2);
    try {
      if (pair.size() < 2 || pair.getFirst() != suspect || tryAdmit(pair.subList(1, 2)) != null) {
        return false;
      }
      if (tryAdmit(pair.subList(0, 1)) != null) {
        suspect.verdict =
            new Step.DeadLetter("inadmissible", "admission keeps failing for this record");
      }
    } finally {
      dispatcher.endAdmission(pair);
    }
    passOn(pending, pair);
    return true;
  }

  private void passOn(ArrayDeque<Task<A>> pending, List<Task<A>> head) {
    head.forEach(task -> pending.removeFirst());
    dispatcher.submit(head);
  }

  /** What went wrong; null when it went well. */
  private @Nullable Throwable tryAdmit(List<Task<A>> tasks) throws InterruptedException {
    try {
      List<A> admissions = workload.admit(tasks.stream().map(task -> task.record).toList());
      if (admissions.size() != tasks.size()) {
        throw new IllegalStateException(
            "%d admissions for %d records".formatted(admissions.size(), tasks.size()));
      }
      for (int i = 0; i < admissions.size(); i++) {
        tasks.get(i).admission = admissions.get(i);
      }
      return null;
    } catch (Throwable e) {
      if (stop.raised()) {
        throw new InterruptedException();
      }
      return e;
    }
  }
}
