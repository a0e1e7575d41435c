package dev.parley.worker.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Decides which polled records are held in memory, and which are let go to be read again when their
 * tenant has room. Not safe for use by several threads: guarded by the dispatcher's lock.
 */
final class Holdings<A> {

  /** For so long after a tenant came anew somebody is expected to do so again. */
  static final Duration EXPECTED = Duration.ofSeconds(1);

  private final Buffer buffer;
  private final LongSupplier ticker;
  private long deferred;
  private long lastNewcomer;
  private boolean everNewcomer;

  Holdings(EngineConfig.Bounds bounds, LongSupplier ticker) {
    this.ticker = ticker;
    this.buffer = new Buffer(bounds.maxBuffered(), bounds.maxBufferedBytes());
  }

  /**
   * Takes polled records into the books, in order.
   *
   * @return those that are held
   * @throws IllegalStateException when Kafka went back in a partition; nothing is held then
   */
  List<Task<A>> hold(List<Task<A>> polled) {
    for (Task<A> task : polled) {
      task.assignment.offsets.track(task.record.offset());
    }
    List<Task<A>> held = new ArrayList<>(polled.size());
    for (Task<A> task : polled) {
      String tenant = task.key.tenant();
      Deferrals deferrals = task.assignment.deferrals;
      if (deferrals.contains(tenant) || !buffer.hasRoom(tenant)) {
        deferrals.add(tenant, task.record.offset());
        deferred++;
      } else {
        hold(task, held);
      }
    }
    return held;
  }

  /**
   * Takes what there is room for of records that were read again.
   *
   * @param from where the batch begins
   * @param to behind its last offset
   * @return those that are held now
   * @throws IllegalStateException when records are gone that have not been taken
   */
  List<Task<A>> holdAgain(Assignment assignment, List<Task<A>> batch, long from, long to) {
    List<Task<A>> held = new ArrayList<>();
    for (Task<A> task : batch) {
      if (assignment.deferrals.take(
          task.key.tenant(), task.record.offset(), from, buffer::hasRoom)) {
        deferred--;
        hold(task, held);
      }
    }
    assignment.deferrals.seen(from, to);
    return held;
  }

  private void hold(Task<A> task, List<Task<A>> held) {
    if (buffer.comesAnew(task.key.tenant())) {
      lastNewcomer = ticker.getAsLong();
      everNewcomer = true;
    }
    buffer.add(task.key.tenant(), task.bytes());
    held.add(task);
  }

  /** Whether a tenant that held nothing came to others that did, of late. */
  boolean newcomers() {
    return everNewcomer && ticker.getAsLong() - lastNewcomer < EXPECTED.toNanos();
  }

  void letGo(Task<A> task) {
    buffer.remove(task.key.tenant(), task.bytes());
  }

  /** What was deferred of a partition that goes is no longer ours. */
  void forget(Assignment assignment) {
    deferred -= assignment.deferrals.records();
  }

  /** From where each partition should be read again, for tenants that are running short. */
  Map<Assignment, Long> wanted(Collection<Assignment> assignments) {
    Map<Assignment, Long> wanted = new HashMap<>();
    for (Assignment assignment : assignments) {
      long first = assignment.deferrals.firstOf(buffer::isLow);
      if (first != Deferrals.NOTHING) {
        wanted.put(assignment, first);
      }
    }
    return wanted;
  }

  /** Whether reading on from there brings something that can be held. */
  boolean continuesAt(Assignment assignment, long position) {
    return assignment.deferrals.continuesAt(position, buffer::hasRoom);
  }

  int records() {
    return buffer.records();
  }

  long bytes() {
    return buffer.bytes();
  }

  /** Records that were polled and let go. */
  long deferred() {
    return deferred;
  }

  /** For tests: throws when the books do not add up. */
  void checkInvariants() {
    buffer.checkInvariants();
    if (deferred < 0) {
      throw new IllegalStateException("deferred: " + deferred);
    }
  }
}
