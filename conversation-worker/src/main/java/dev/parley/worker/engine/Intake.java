package dev.parley.worker.engine;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
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
      dispatcher.dropGone(pending);
      if (pending.isEmpty()) {
        return;
      }
      List<Task<A>> head = pending.stream().limit(batch).toList();
      if (admit(head)) {
        head.forEach(task -> pending.removeFirst());
        batch = Math.min(maxBatch, batch * 2);
        failures = 0;
        continue;
      }
      failures++;
      if (head.size() == 1 && failures >= maxTries && condemned(pending)) {
        failures = 0;
        continue;
      }
      batch = Math.max(1, head.size() / 2);
      Thread.sleep(backoff.after(failures));
    }
  }

  /**
   * The first record alone keeps failing. When the one after it passes, nothing is away: it is the
   * record.
   */
  private boolean condemned(ArrayDeque<Task<A>> pending) throws InterruptedException {
    if (pending.size() == 1) {
      Task<A> another = queue.poll();
      if (another == null) {
        return false;
      }
      pending.add(another);
    }
    Iterator<Task<A>> tasks = pending.iterator();
    Task<A> suspect = tasks.next();
    Task<A> witness = tasks.next();
    if (tryAdmit(List.of(witness)) != null) {
      return false;
    }
    suspect.verdict =
        new Step.DeadLetter("inadmissible", "admission keeps failing for this record");
    pending.removeFirst();
    pending.removeFirst();
    dispatcher.submit(List.of(suspect, witness));
    return true;
  }

  private boolean admit(List<Task<A>> tasks) throws InterruptedException {
    Throwable failure = tryAdmit(tasks);
    if (failure != null) {
      troubles.raise(Troubles.Part.ADMISSION, failure);
      return false;
    }
    dispatcher.submit(tasks);
    troubles.clear(Troubles.Part.ADMISSION);
    return true;
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
