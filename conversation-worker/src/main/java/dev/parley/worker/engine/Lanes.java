package dev.parley.worker.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Every record that the engine holds, in its lane, and the books about them. Begins and ends turns,
 * but runs none. Not safe for use by several threads: guarded by the dispatcher's lock.
 *
 * <p>INVARIANT: a lane runs at most one turn, whatever assignments its tasks belong to, since its
 * first task stays where it is until its turn has ended.
 *
 * <p>INVARIANT: a task of a live assignment leaves its lane only by being finished.
 */
final class Lanes<A> {

  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  private final LongSupplier ticker;
  private final Holdings<A> holdings;
  private final FairScheduler<Lane<A>> scheduler;
  private final Alarms alarms = new Alarms();
  private final Map<LaneKey, Lane<A>> lanes = new HashMap<>();
  private final Set<Task<A>> running = new HashSet<>();
  private final EngineConfig.Bounds bounds;
  private int away;
  private int parked;
  private long done;
  private long deadLettered;
  private long retried;
  private long dropped;

  Lanes(EngineConfig.Bounds bounds, TenantPolicy tenants, LongSupplier ticker) {
    this.ticker = ticker;
    this.holdings = new Holdings<>(bounds, ticker);
    this.bounds = bounds;
    this.scheduler = new FairScheduler<>(bounds.maxInFlight(), withPoison(tenants), ticker);
  }

  /** The books about all records, those that are not in lanes yet included. */
  Holdings<A> holdings() {
    return holdings;
  }

  /** Puts a held task at the end of its lane, unless it is gone. */
  void enqueue(Task<A> task) {
    if (!isGone(task)) {
      Lane<A> lane = lanes.computeIfAbsent(task.key, Lane::new);
      lane.tasks.add(task);
      if (lane.tasks.size() == 1) {
        makeReady(lane);
      }
    }
  }

  /** Whether the task's partition has gone; if so, the task is let go. */
  boolean isGone(Task<A> task) {
    if (task.assignment.live) {
      return false;
    }
    drop(task);
    return true;
  }

  /**
   * Begins the turn of the lane's first task, which {@link #end} must end; null for no turn now.
   */
  FairScheduler.@Nullable Permit<Lane<A>> begin() {
    FairScheduler.Permit<Lane<A>> permit = mayBegin() ? scheduler.next() : null;
    if (permit != null) {
      Lane<A> lane = permit.lane();
      Task<A> task = lane.tasks.getFirst();
      lane.state = Lane.State.RUNNING;
      task.assignment.begun++;
      running.add(task);
    }
    return permit;
  }

  /** Who comes anew does not wait until those with a backlog have become few. */
  private boolean mayBegin() {
    boolean narrow = holdings.newcomers() && !scheduler.nextIsFirst();
    return running.size() - away < (narrow ? bounds.maxBusy() : bounds.maxBusyAmongBacklogs());
  }

  /** The task's turn waits for something elsewhere, or does so no longer. */
  void setAway(Task<A> task, boolean wanted) {
    if (task.away != wanted && running.contains(task)) {
      task.away = wanted;
      away += wanted ? 1 : -1;
    }
  }

  void end(FairScheduler.Permit<Lane<A>> permit, Ending ending) {
    scheduler.release(permit);
    Lane<A> lane = permit.lane();
    Task<A> task = lane.tasks.getFirst();
    setAway(task, false);
    task.turn = null;
    task.assignment.begun--;
    running.remove(task);
    switch (ending) {
      case Ending.Finished finished -> {
        task.assignment.offsets.complete(task.record.offset());
        done++;
        deadLettered += finished.deadLettered() ? 1 : 0;
        holdings.letGo(task);
        next(lane);
      }
      case Ending.Again again when task.assignment.live -> {
        retried++;
        park(lane, again.delay());
      }
      case Ending.Again _ -> {
        drop(task);
        next(lane);
      }
    }
  }

  /** Begins nothing of these assignments any more; what has begun goes on. */
  void retire(Collection<Assignment> assignments) {
    for (Assignment assignment : assignments) {
      if (assignment.live) {
        assignment.live = false;
        holdings.forget(assignment);
      }
    }
    lanes.values().removeIf(this::isEmptyWithoutGone);
    scheduler.withdraw(lane -> lane.tasks.isEmpty());
  }

  Set<Task<A>> running() {
    return running;
  }

  void setAlarm(Duration delay, Runnable action) {
    alarms.set(ticker.getAsLong() + delay.toNanos(), action);
  }

  /** Wakes up what is due; answers for how many nanoseconds nothing more will be. */
  long ringAlarms() {
    alarms.ring(ticker.getAsLong());
    return alarms.untilNext(ticker.getAsLong());
  }

  Snapshot snapshot() {
    return new Snapshot(
        holdings.records(),
        holdings.bytes(),
        holdings.deferred(),
        scheduler.inFlight(),
        away,
        parked,
        lanes.size(),
        scheduler.inFlightByTenant(),
        new EngineStatus.Totals(done, deadLettered, retried, dropped));
  }

  /** Counts that belong together. */
  record Snapshot(
      int held,
      long heldBytes,
      long deferred,
      int inFlight,
      int away,
      int parked,
      int lanes,
      Map<String, Integer> inFlightByTenant,
      EngineStatus.Totals totals) {}

  /** For tests: throws when the books do not add up. */
  void checkInvariants() {
    scheduler.checkInvariants();
    holdings.checkInvariants();
    int inLanes = lanes.values().stream().mapToInt(lane -> lane.tasks.size()).sum();
    long runningLanes = count(Lane.State.RUNNING);
    check(lanes.values().stream().noneMatch(lane -> lane.tasks.isEmpty()), "an empty lane");
    check(inLanes <= holdings.records(), "more in lanes than held");
    check(count(Lane.State.PARKED) == parked, "parked lanes miscounted");
    check(runningLanes == running.size(), "running lanes miscounted");
    check(running.stream().filter(task -> task.away).count() == away, "away miscounted");
    check(runningLanes == scheduler.inFlight(), "permits without a turn");
  }

  /** What belongs to no tenant has a share all the same, which nobody else is asked about. */
  private static TenantPolicy withPoison(TenantPolicy tenants) {
    return new TenantPolicy() {
      @Override
      public int weight(String tenant) {
        return tenant.equals(Task.POISON) ? 1 : tenants.weight(tenant);
      }

      @Override
      public int maxInFlight(String tenant) {
        return tenant.equals(Task.POISON) ? Integer.MAX_VALUE : tenants.maxInFlight(tenant);
      }
    };
  }

  private long count(Lane.State state) {
    return lanes.values().stream().filter(lane -> lane.state == state).count();
  }

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new IllegalStateException(message);
    }
  }

  private void makeReady(Lane<A> lane) {
    lane.state = Lane.State.READY;
    scheduler.ready(lane.key.tenant(), lane.tasks.getFirst().priority, lane);
  }

  /** The first task is through. */
  private void next(Lane<A> lane) {
    lane.tasks.removeFirst();
    if (lane.tasks.isEmpty()) {
      lanes.remove(lane.key);
    } else {
      makeReady(lane);
    }
  }

  private void park(Lane<A> lane, Duration delay) {
    Duration wait = delay.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : delay;
    lane.state = Lane.State.PARKED;
    lane.alarm = alarms.set(ticker.getAsLong() + wait.toNanos(), () -> unpark(lane));
    parked++;
  }

  private void unpark(Lane<A> lane) {
    lane.alarm = null;
    parked--;
    makeReady(lane);
  }

  private boolean isEmptyWithoutGone(Lane<A> lane) {
    Task<A> first = lane.tasks.getFirst();
    boolean firstRuns = lane.state == Lane.State.RUNNING;
    lane.tasks.removeIf(task -> !(firstRuns && task == first) && isGone(task));
    if (lane.alarm != null && lane.tasks.peekFirst() != first) {
      // It was the first task that waited, not the lane.
      alarms.cancel(lane.alarm);
      lane.alarm = null;
      parked--;
      if (!lane.tasks.isEmpty()) {
        makeReady(lane);
      }
    }
    return lane.tasks.isEmpty();
  }

  private void drop(Task<A> task) {
    dropped++;
    holdings.letGo(task);
  }
}
