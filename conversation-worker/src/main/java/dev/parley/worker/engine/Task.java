package dev.parley.worker.engine;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way through the engine. One thread at a time has it, handed on under a lock.
 *
 * @param <A> the workload's admission
 */
final class Task<A> {

  /** The tenant of what could not be routed. */
  static final String POISON = "(poison)";

  final Assignment assignment;
  final ConsumerRecord<byte[], byte[]> record;
  final LaneKey key;
  final int priority;

  /** Null until it was admitted, and for poison. */
  @Nullable A admission;

  /** Set when all that is left to do is to write the dead letter. */
  Step.@Nullable DeadLetter verdict;

  /** How often it was performed. */
  int tries;

  /** How often that, or writing the dead letter, failed unexpectedly. */
  int failures;

  /** The turn that runs it; guarded by the dispatcher's lock. */
  @Nullable Thread turn;

  /** The turn only waits for something elsewhere; guarded likewise. */
  boolean away;

  /** The engine has interrupted the turn. */
  volatile boolean cutOff;

  Task(Assignment assignment, ConsumerRecord<byte[], byte[]> record, Route route) {
    this.assignment = assignment;
    this.record = record;
    switch (route) {
      case Route.Lane lane -> {
        this.key = new LaneKey(lane.tenant(), lane.lane());
        this.priority = lane.priority();
      }
      case Route.Poison poison -> {
        this.key = new LaneKey(POISON, assignment.partition.toString());
        this.priority = 0;
        this.verdict = new Step.DeadLetter(poison.reason(), poison.detail());
      }
    }
  }

  long bytes() {
    return Math.max(0, record.serializedKeySize())
        + (long) Math.max(0, record.serializedValueSize());
  }
}
