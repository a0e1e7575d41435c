package dev.parley.worker.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Holds every record of the engine and gives them their turns: lanes, permits, offsets and waits,
 * all under one lock whose holders only touch memory. Safe for use by many threads.
 *
 * <p>INVARIANT: a lane runs at most one turn, whatever assignments its tasks belong to, since its
 * first task stays where it is until its turn has ended.
 *
 * <p>INVARIANT: a task of a live assignment leaves its lane only by being finished.
 */
final class Dispatcher<A> {

  /** Counts that belong together. */
  record Snapshot(
      int held,
      long heldBytes,
      int inFlight,
      int parked,
      int lanes,
      Map<String, Integer> inFlightByTenant,
      EngineStatus.Totals totals) {}

  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  private final Performer<A> performer;
  private final LongSupplier ticker;
  private final FairScheduler<Lane<A>> scheduler;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition turnEnded = lock.newCondition();
  private final Condition alarmSet = lock.newCondition();
  private final Alarms alarms = new Alarms();
  private final Map<LaneKey, Lane<A>> lanes = new HashMap<>();
  private final Set<Task<A>> running = new HashSet<>();
  private int held;
  private long heldBytes;
  private int parked;
  private long done;
  private long deadLettered;
  private long retried;
  private long dropped;
  private boolean closed;

  Dispatcher(int maxInFlight, TenantPolicy tenants, Performer<A> performer, LongSupplier ticker) {
    this.performer = performer;
    this.ticker = ticker;
    this.scheduler = new FairScheduler<>(maxInFlight, tenants, ticker);
  }

  /** Takes records of a poll into the books, in order, before they are submitted. */
  void hold(List<Task<A>> tasks) {
    lock.lock();
    try {
      for (Task<A> task : tasks) {
        // May throw; counted one by one so that nothing is counted that is not tracked.
        task.ticket = task.assignment.offsets.track(task.record.offset());
        held++;
        heldBytes += task.bytes();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Kafka has nothing to give below this offset any more. */
  void advance(Assignment assignment, long nextOffset) {
    lock.lock();
    try {
      assignment.offsets.advanceTo(nextOffset);
    } finally {
      lock.unlock();
    }
  }

  /** Puts held tasks into their lanes, in order; lets those go whose partition has gone. */
  void submit(Collection<Task<A>> tasks) {
    lock.lock();
    try {
      for (Task<A> task : tasks) {
        if (!isGone(task)) {
          Lane<A> lane = lanes.computeIfAbsent(task.key, Lane::new);
          lane.tasks.add(task);
          if (lane.tasks.size() == 1) {
            makeReady(lane);
          }
        }
      }
      giveTurns();
    } finally {
      lock.unlock();
    }
  }

  /** Takes held tasks whose partition has gone out of the collection, and lets them go. */
  void dropGone(Collection<Task<A>> tasks) {
    lock.lock();
    try {
      tasks.removeIf(this::isGone);
    } finally {
      lock.unlock();
    }
  }

  Map<Assignment, Long> watermarks(Collection<Assignment> assignments) {
    Map<Assignment, Long> watermarks = new HashMap<>();
    lock.lock();
    try {
      assignments.forEach(a -> watermarks.put(a, a.offsets.watermark()));
    } finally {
      lock.unlock();
    }
    return watermarks;
  }

  int held() {
    lock.lock();
    try {
      return held;
    } finally {
      lock.unlock();
    }
  }

  long heldBytes() {
    lock.lock();
    try {
      return heldBytes;
    } finally {
      lock.unlock();
    }
  }

  int span(Assignment assignment) {
    lock.lock();
    try {
      return assignment.offsets.span();
    } finally {
      lock.unlock();
    }
  }

  /** Begins nothing of these assignments any more; what has begun goes on. */
  void retire(Collection<Assignment> assignments) {
    lock.lock();
    try {
      assignments.forEach(a -> a.live = false);
      lanes.values().removeIf(this::isEmptyAfterDropping);
      scheduler.withdraw(lane -> lane.tasks.isEmpty());
      giveTurns();
    } finally {
      lock.unlock();
    }
  }

  /** Interrupts what runs of retired assignments. */
  void interrupt(Collection<Assignment> assignments) {
    lock.lock();
    try {
      for (Task<A> task : running) {
        if (assignments.contains(task.assignment) && task.turn != null) {
          task.cutOff = true;
          task.turn.interrupt();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** The same later, without waiting for it. */
  void interruptAfter(Duration grace, Collection<Assignment> assignments) {
    lock.lock();
    try {
      setAlarm(grace, () -> interrupt(assignments));
    } finally {
      lock.unlock();
    }
  }

  /** Waits until nothing of these assignments runs; false when it took too long. */
  boolean awaitQuiet(Collection<Assignment> assignments, Duration longest) {
    long nanos = longest.toNanos();
    lock.lock();
    try {
      while (assignments.stream().anyMatch(a -> a.begun > 0)) {
        if (nanos <= 0) {
          return false;
        }
        nanos = turnEnded.awaitNanos(nanos);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  Snapshot snapshot() {
    lock.lock();
    try {
      return new Snapshot(
          held,
          heldBytes,
          scheduler.inFlight(),
          parked,
          lanes.size(),
          scheduler.inFlightByTenant(),
          new EngineStatus.Totals(done, deadLettered, retried, dropped));
    } finally {
      lock.unlock();
    }
  }

  /** Wakes parked lanes up; runs on a virtual thread of its own until {@link #close}. */
  void runAlarms() {
    lock.lock();
    try {
      while (!closed) {
        alarms.ring(ticker.getAsLong());
        giveTurns();

        long _ = alarmSet.awaitNanos(alarms.untilNext(ticker.getAsLong()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Interrupts whatever still runs. Everything must have been retired before. */
  void close() {
    lock.lock();
    try {
      closed = true;
      alarmSet.signalAll();
      interrupt(running.stream().map(task -> task.assignment).toList());
    } finally {
      lock.unlock();
    }
  }

  /** For tests: throws when the books do not add up. */
  void checkInvariants() {
    lock.lock();
    try {
      scheduler.checkInvariants();
      int begun = 0;
      for (Lane<A> lane : lanes.values()) {
        begun += lane.state == Lane.State.RUNNING ? 1 : 0;
        if (lane.tasks.isEmpty()) {
          throw new IllegalStateException("empty lane");
        }
      }
      if (begun != running.size() || begun != scheduler.inFlight()) {
        throw new IllegalStateException(
            "running: %d lanes, %d tasks, %d permits"
                .formatted(begun, running.size(), scheduler.inFlight()));
      }
    } finally {
      lock.unlock();
    }
  }

  // What follows is called with the lock held.

  private void giveTurns() {
    for (var permit = scheduler.next(); permit != null; permit = scheduler.next()) {
      begin(permit);
    }
  }

  private void begin(FairScheduler.Permit<Lane<A>> permit) {
    Lane<A> lane = permit.lane();
    Task<A> task = lane.tasks.getFirst();
    lane.state = Lane.State.RUNNING;
    task.assignment.begun++;
    running.add(task);
    task.turn = Thread.ofVirtual().name("turn").unstarted(() -> turn(task, permit));
    task.turn.start();
  }

  /** The one thing that runs without the lock. */
  private void turn(Task<A> task, FairScheduler.Permit<Lane<A>> permit) {
    Ending ending = new Ending.Again(Duration.ZERO);
    try {
      ending = performer.perform(task);
    } finally {
      end(task, permit, ending);
    }
  }

  private void end(Task<A> task, FairScheduler.Permit<Lane<A>> permit, Ending ending) {
    Lane<A> lane = permit.lane();
    lock.lock();
    try {
      scheduler.release(permit);
      running.remove(task);
      task.turn = null;
      task.assignment.begun--;
      switch (ending) {
        case Ending.Finished finished -> {
          task.assignment.offsets.complete(task.ticket);
          done++;
          deadLettered += finished.deadLettered() ? 1 : 0;
          lane.tasks.removeFirst();
          letGo(task);
          goOn(lane);
        }
        case Ending.Again again when task.assignment.live -> {
          retried++;
          park(lane, again.delay());
        }
        case Ending.Again again -> {
          lane.tasks.removeFirst();
          drop(task);
          goOn(lane);
        }
      }
      turnEnded.signalAll();
      giveTurns();
    } finally {
      lock.unlock();
    }
  }

  private void park(Lane<A> lane, Duration delay) {
    lane.state = Lane.State.PARKED;
    parked++;
    lane.alarm = setAlarm(delay, () -> unpark(lane));
  }

  private void unpark(Lane<A> lane) {
    lane.alarm = null;
    parked--;
    makeReady(lane);
  }

  private void goOn(Lane<A> lane) {
    if (lane.tasks.isEmpty()) {
      lanes.remove(lane.key);
    } else {
      makeReady(lane);
    }
  }

  private void makeReady(Lane<A> lane) {
    lane.state = Lane.State.READY;
    scheduler.ready(lane.key.tenant(), lane.tasks.getFirst().priority, lane);
  }

  private boolean isEmptyAfterDropping(Lane<A> lane) {
    Task<A> first = lane.tasks.getFirst();
    lane.tasks.removeIf(
        task -> !(task == first && lane.state == Lane.State.RUNNING) && isGone(task));
    if (lane.alarm != null && lane.tasks.peekFirst() != first) {
      alarms.cancel(lane.alarm);
      lane.alarm = null;
      parked--;
      lane.state = Lane.State.READY;
      if (!lane.tasks.isEmpty()) {
        makeReady(lane);
      }
    }
    return lane.tasks.isEmpty();
  }

  private Alarms.Alarm setAlarm(Duration delay, Runnable action) {
    Duration wait = delay.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : delay;
    Alarms.Alarm alarm = alarms.set(ticker.getAsLong() + wait.toNanos(), action);
    alarmSet.signal();
    return alarm;
  }

  /** Whether the task's partition has gone; if so, it is let go. */
  private boolean isGone(Task<A> task) {
    if (task.assignment.live) {
      return false;
    }
    drop(task);
    return true;
  }

  private void drop(Task<A> task) {
    dropped++;
    letGo(task);
  }

  private void letGo(Task<A> task) {
    held--;
    heldBytes -= task.bytes();
  }
}
