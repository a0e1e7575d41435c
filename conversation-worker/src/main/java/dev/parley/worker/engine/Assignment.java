package dev.parley.worker.engine;

import org.apache.kafka.common.TopicPartition;

/**
 * A partition from when it is given to this worker until it is taken away.
 *
 * <p>INVARIANT: a partition that comes back gets a new assignment with a new tracker, so that what
 * ends late can only touch the old one, which nobody commits any more.
 */
final class Assignment {

  final TopicPartition partition;

  /** Guarded by the dispatcher's lock. */
  final OffsetTracker offsets = new OffsetTracker();

  /** Of it, what was polled and let go. Guarded likewise. */
  final Deferrals deferrals = new Deferrals();

  /** False once the partition is taken away: nothing of it is begun any more. Guarded likewise. */
  boolean live = true;

  /** Turns of it that run, and tasks that are being admitted. Guarded likewise. */
  int begun;

  /** The last watermark that Kafka acknowledged. The consumer's thread alone. */
  long committed = OffsetTracker.UNKNOWN;

  /** Paused because its span is too long. The consumer's thread alone. */
  boolean stretched;

  Assignment(TopicPartition partition) {
    this.partition = partition;
  }
}
