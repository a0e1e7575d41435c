package dev.parley.worker.engine;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Records that are performed one at a time, in order; exists while it has any. Guarded by the
 * dispatcher's lock.
 */
final class Lane<A> {

  enum State {
    /** The scheduler has it. */
    READY,
    /** A turn runs the first task. */
    RUNNING,
    /** The first task waits for an alarm. */
    PARKED
  }

  final LaneKey key;
  final ArrayDeque<Task<A>> tasks = new ArrayDeque<>(2);
  State state = State.READY;

  /** Set while parked. */
  Alarms.@Nullable Alarm alarm;

  Lane(LaneKey key) {
    this.key = key;
  }
}
