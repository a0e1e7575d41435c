package dev.parley.worker.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Puts the lanes under one lock, and gives each turn a virtual thread. Whoever holds the lock only
 * touches memory, so it is never held for long. Safe for use by many threads.
 */
final class Dispatcher<A> {

  private static final Duration AFTER_NO_THREAD = Duration.ofSeconds(1);

  private final Lanes<A> lanes;
  private final Performer<A> performer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition quieter = lock.newCondition();
  private final Condition alarmSet = lock.newCondition();
  private boolean closed;

  Dispatcher(Lanes<A> lanes, Performer<A> performer) {
    this.lanes = lanes;
    this.performer = performer;
  }

  /** Takes records of a poll into the books, in order; answers those that are to be submitted. */
  List<Task<A>> hold(List<Task<A>> polled) {
    return locked(() -> lanes.holdings().hold(polled));
  }

  /** The same for records that were read again; see {@link Holdings#holdAgain}. */
  List<Task<A>> holdAgain(Assignment assignment, List<Task<A>> batch, long from, long to) {
    return locked(() -> lanes.holdings().holdAgain(assignment, batch, from, to));
  }

  /** From where partitions should be read again. */
  Map<Assignment, Long> wanted(Collection<Assignment> assignments) {
    return locked(() -> lanes.holdings().wanted(assignments));
  }

  boolean continuesAt(Assignment assignment, long position) {
    return locked(() -> lanes.holdings().continuesAt(assignment, position));
  }

  /** Kafka has nothing more to give below this offset. */
  void advance(Assignment assignment, long nextOffset) {
    locked(() -> assignment.offsets.advanceTo(nextOffset));
  }

  /** Puts held tasks into their lanes, in order; lets those go whose partition has gone. */
  void submit(Collection<Task<A>> tasks) {
    locked(() -> {
      tasks.forEach(lanes::enqueue);
      giveTurns();
    });
  }

  /**
   * The first held tasks that are wanted; those whose partition has gone are taken out and let go.
   *
   * <p>INVARIANT: until {@link #endAdmission}, {@link #awaitQuiet} waits for these tasks too: a
   * record that is admitted here after its partition was handed over would take it from its new
   * owner.
   */
  List<Task<A>> beginAdmission(Collection<Task<A>> pending, int most) {
    return locked(() -> {
      pending.removeIf(lanes::isGone);
      List<Task<A>> admitting = pending.stream().limit(most).toList();
      admitting.forEach(task -> task.assignment.begun++);
      return admitting;
    });
  }

  void endAdmission(List<Task<A>> admitting) {
    locked(() -> {
      admitting.forEach(task -> task.assignment.begun--);
      quieter.signalAll();
    });
  }

  /** Begins nothing of these assignments any more; what has begun goes on. */
  void retire(Collection<Assignment> assignments) {
    locked(() -> {
      lanes.retire(assignments);
      giveTurns();
    });
  }

  /** Interrupts what runs of assignments that were retired. */
  void interrupt(Collection<Assignment> retired) {
    locked(() -> {
      for (Task<A> task : lanes.running()) {
        if (task.turn != null && retired.contains(task.assignment)) {
          task.cutOff = true;
          task.turn.interrupt();
        }
      }
    });
  }

  /** The same later, without waiting for it. */
  void interruptAfter(Duration grace, Collection<Assignment> retired) {
    locked(() -> {
      lanes.setAlarm(grace, () -> interrupt(retired));
      alarmSet.signal();
    });
  }

  /** Waits until nothing of these assignments runs or is admitted; false when it took too long. */
  boolean awaitQuiet(Collection<Assignment> retired, Duration longest) {
    long nanos = longest.toNanos();
    lock.lock();
    try {
      while (retired.stream().anyMatch(assignment -> assignment.begun > 0)) {
        if (nanos <= 0) {
          return false;
        }
        nanos = quieter.awaitNanos(nanos);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  Map<Assignment, Long> watermarks(Collection<Assignment> assignments) {
    Map<Assignment, Long> watermarks = new HashMap<>();
    locked(() -> assignments.forEach(a -> watermarks.put(a, a.offsets.watermark())));
    return watermarks;
  }

  long span(Assignment assignment) {
    return locked(assignment.offsets::span);
  }

  int held() {
    return locked(() -> lanes.holdings().records());
  }

  long heldBytes() {
    return locked(() -> lanes.holdings().bytes());
  }

  Lanes.Snapshot snapshot() {
    return locked(lanes::snapshot);
  }

  void checkInvariants() {
    locked(lanes::checkInvariants);
  }

  /** Wakes up what waits; a thread of its own, until {@link #close}. */
  void runAlarms() {
    lock.lock();
    try {
      while (!closed) {
        long nanos = lanes.ringAlarms();
        giveTurns();
        long _ = alarmSet.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Interrupts whatever still runs. Everything must have been retired before. */
  void close() {
    locked(() -> {
      closed = true;
      alarmSet.signal();
      interrupt(lanes.running().stream().map(task -> task.assignment).toList());
    });
  }

  /** With the lock held. */
  private void giveTurns() {
    for (var permit = lanes.begin(); permit != null; permit = lanes.begin()) {
      var begun = permit;
      Task<A> task = begun.lane().tasks.getFirst();
      try {
        task.turn = Thread.ofVirtual().name("turn").unstarted(() -> turn(begun, task));
        task.turn.start();
      } catch (RuntimeException | OutOfMemoryError e) {
        // INVARIANT: a permit that was taken is given back, even when no thread can be had.
        lanes.end(begun, new Ending.Again(AFTER_NO_THREAD));
        alarmSet.signal();
      }
    }
  }

  /** A turn's thread, without the lock. */
  private void turn(FairScheduler.Permit<Lane<A>> permit, Task<A> task) {
    Ending ending = new Ending.Again(AFTER_NO_THREAD);
    try {
      ending = performer.perform(task, () -> leave(task));
    } finally {
      end(permit, ending);
    }
  }

  private Turn.Absence leave(Task<A> task) {
    locked(() -> {
      lanes.setAway(task, true);
      giveTurns();
    });
    return () -> locked(() -> lanes.setAway(task, false));
  }

  private void end(FairScheduler.Permit<Lane<A>> permit, Ending ending) {
    locked(() -> {
      lanes.end(permit, ending);
      if (ending instanceof Ending.Again) {
        alarmSet.signal();
      }
      quieter.signalAll();
      giveTurns();
    });
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
