package dev.parley.worker.engine;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Has records admitted, many with one call, those of each tenant in the order in which they were
 * polled, and hands them to their lanes. {@link #offer} is called by the consumer's thread; {@link
 * #run} is a thread of its own.
 */
final class Intake<A> implements Runnable {

  /** So small that a record does not wait long for the batch before it. */
  private static final int MAX_BATCH = 128;

  /** Exceeded by at most one record. */
  private static final long MAX_BATCH_BYTES = 4 << 20;

  private final Workload<A> workload;
  private final Dispatcher<A> dispatcher;
  private final int maxTries;
  private final Backoff backoff;
  private final Troubles troubles;
  private final StopSignal stop;
  private final Waiting<A> waiting = new Waiting<>();

  Intake(
      Workload<A> workload,
      Dispatcher<A> dispatcher,
      int maxTries,
      Backoff backoff,
      Troubles troubles,
      StopSignal stop) {
    this.workload = workload;
    this.dispatcher = dispatcher;
    this.maxTries = maxTries;
    this.backoff = backoff;
    this.troubles = troubles;
    this.stop = stop;
  }

  void offer(Collection<Task<A>> tasks) {
    waiting.add(tasks);
  }

  /** Until it is interrupted after the engine was told to stop. */
  @Override
  public void run() {
    try {
      ArrayDeque<Task<A>> pending = new ArrayDeque<>();
      while (true) {
        waiting.take(pending, MAX_BATCH, MAX_BATCH_BYTES);
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
        batch = Math.min(MAX_BATCH, batch * 2);
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
    waiting.poll(pending, pending.size() == 1 ? 1 : 0, 1);
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
