package dev.parley.worker.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Commits watermarks: now and then without waiting, and at once where a partition is given up. The
 * consumer's thread alone.
 */
final class Commits {

  private static final Duration SYNC_TIMEOUT = Duration.ofSeconds(5);

  /** A commit that nobody answered by then is not waited for any longer. */
  private static final long ANSWER_TIMEOUT = Duration.ofSeconds(10).toNanos();

  private final Consumer<byte[], byte[]> consumer;
  private final Dispatcher<?> dispatcher;
  private final long intervalNanos;
  private final LongSupplier ticker;
  private final Troubles troubles;
  private long lastAt;
  private boolean pending;

  Commits(
      Consumer<byte[], byte[]> consumer,
      Dispatcher<?> dispatcher,
      Duration interval,
      LongSupplier ticker,
      Troubles troubles) {
    this.consumer = consumer;
    this.dispatcher = dispatcher;
    this.intervalNanos = interval.toNanos();
    this.ticker = ticker;
    this.troubles = troubles;
    this.lastAt = ticker.getAsLong();
  }

  /** Sends what has changed, if it is time to; what fails is sent again the next time. */
  void whenDue(Collection<Assignment> assignments) {
    long since = ticker.getAsLong() - lastAt;
    if (since < (pending ? Math.max(intervalNanos, ANSWER_TIMEOUT) : intervalNanos)) {
      return;
    }
    lastAt = ticker.getAsLong();
    Map<Assignment, Long> changed = changed(assignments);
    if (changed.isEmpty()) {
      return;
    }
    pending = true;
    consumer.commitAsync(
        offsets(changed),
        (offsets, failure) -> {
          pending = false;
          if (failure == null) {
            acknowledged(changed);
          } else {
            troubles.raise(Troubles.Part.COMMIT, failure);
          }
        });
  }

  /** Tries once, with a time limit: what stays uncommitted will be delivered again, to anyone. */
  void now(Collection<Assignment> assignments) {
    Map<Assignment, Long> changed = changed(assignments);
    if (changed.isEmpty()) {
      return;
    }
    try {
      consumer.commitSync(offsets(changed), SYNC_TIMEOUT);
      acknowledged(changed);
    } catch (KafkaException e) {
      troubles.raise(Troubles.Part.COMMIT, e);
    }
  }

  private Map<Assignment, Long> changed(Collection<Assignment> assignments) {
    Map<Assignment, Long> watermarks = dispatcher.watermarks(assignments);
    watermarks.entrySet().removeIf(e -> e.getValue() <= e.getKey().committed);
    return watermarks;
  }

  private void acknowledged(Map<Assignment, Long> watermarks) {
    watermarks.forEach((a, offset) -> a.committed = Math.max(a.committed, offset));
    troubles.clear(Troubles.Part.COMMIT);
  }

  private static Map<TopicPartition, OffsetAndMetadata> offsets(Map<Assignment, Long> watermarks) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    watermarks.forEach((a, offset) -> offsets.put(a.partition, new OffsetAndMetadata(offset)));
    return offsets;
  }
}
