package dev.parley.worker.engine;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads again what was ever delivered, a few records at a time. */
final class FakeRereader extends MockConsumer<byte[], byte[]> {

  private static final int MOST = 7;

  private final Map<Integer, List<ConsumerRecord<byte[], byte[]>>> log;

  FakeRereader(Map<Integer, List<ConsumerRecord<byte[], byte[]>>> log) {
    super("earliest");
    this.log = log;
  }

  @Override
  public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    for (TopicPartition partition : assignment()) {
      long position = position(partition);
      log.getOrDefault(partition.partition(), List.of()).stream()
          .filter(record -> record.offset() >= position)
          .limit(MOST)
          .forEach(this::addRecord);
    }
    return super.poll(timeout);
  }
}
