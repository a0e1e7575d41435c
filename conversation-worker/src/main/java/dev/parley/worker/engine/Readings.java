package dev.parley.worker.engine;

import java.time.Instant;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** What the consumer's thread shows to the others. It alone writes, any thread reads. */
final class Readings {

  volatile @Nullable Instant lastPollAt;
  volatile Set<TopicPartition> assigned = Set.of();

  /** Why nothing is read; null when there is room. */
  volatile @Nullable String pausedBy;
}
