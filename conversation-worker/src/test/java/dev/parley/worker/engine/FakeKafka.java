package dev.parley.worker.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Kafka's own mock consumer, told from other threads what to do at its next poll. */
final class FakeKafka extends MockConsumer<byte[], byte[]> {

  final Map<Integer, Long> committed = new ConcurrentHashMap<>();

  /** What was ever delivered. */
  final Map<Integer, List<ConsumerRecord<byte[], byte[]>>> log = new ConcurrentHashMap<>();

  final List<String> events = new CopyOnWriteArrayList<>();
  volatile boolean commitsFail;

  FakeKafka() {
    super("earliest");
  }

  void assign(int... partitions) {
    List<TopicPartition> wanted =
        IntStream.of(partitions).mapToObj(p -> new TopicPartition(Records.TOPIC, p)).toList();
    schedulePollTask(() -> {
      for (TopicPartition partition : wanted) {
        updateBeginningOffsets(
            Map.of(partition, committed.getOrDefault(partition.partition(), 0L)));
      }
      events.add("rebalancing");
      rebalance(wanted);
      events.add("rebalanced");
    });
  }

  void deliver(Collection<ConsumerRecord<byte[], byte[]>> records) {
    records.forEach(record ->
        log.computeIfAbsent(record.partition(), p -> new CopyOnWriteArrayList<>()).add(record));
    schedulePollTask(() -> records.forEach(this::addRecord));
  }

  void fail(KafkaException failure) {
    schedulePollTask(() -> setPollException(failure));
  }

  /** Sleeps outside the monitor, so that tests get in. */
  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    ConsumerRecords<byte[], byte[]> records = super.poll(timeout);
    if (records.isEmpty()) {
      // As the real one, it does not spin.
      try {
        Thread.sleep(Math.min(2, timeout.toMillis()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return records;
  }

  @Override
  public synchronized void commitAsync(
      Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
    if (commitsFail) {
      callback.onComplete(offsets, new KafkaException("no commits"));
      return;
    }
    remember(offsets);
    super.commitAsync(offsets, callback);
  }

  @Override
  public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
    if (commitsFail) {
      throw new KafkaException("no commits");
    }
    remember(offsets);
    super.commitSync(offsets);
  }

  @Override
  public void close(CloseOptions options) {
    events.add("closed");
    super.close(options);
  }

  private void remember(Map<TopicPartition, OffsetAndMetadata> offsets) {
    offsets.forEach((partition, offset) -> committed.put(partition.partition(), offset.offset()));
  }
}
