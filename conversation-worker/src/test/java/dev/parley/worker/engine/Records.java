package dev.parley.worker.engine;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Records whose keys are {@code tenant/lane}; a key without a slash is poison. */
final class Records {

  static final String TOPIC = "work";

  private Records() {}

  static ConsumerRecord<byte[], byte[]> record(int partition, long offset, String key) {
    return record(partition, offset, key, "");
  }

  static ConsumerRecord<byte[], byte[]> record(
      int partition, long offset, String key, String value) {
    byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
    byte[] valueBytes = value.getBytes(StandardCharsets.UTF_8);
    return new ConsumerRecord<>(
        TOPIC,
        partition,
        offset,
        0,
        TimestampType.CREATE_TIME,
        keyBytes.length,
        valueBytes.length,
        keyBytes,
        valueBytes,
        new RecordHeaders(),
        Optional.empty());
  }

  static String key(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.key(), StandardCharsets.UTF_8);
  }

  static String value(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.value(), StandardCharsets.UTF_8);
  }

  static Route route(ConsumerRecord<byte[], byte[]> record) {
    String key = key(record);
    int slash = key.indexOf('/');
    return slash < 0
        ? new Route.Poison("no_slash", key)
        : new Route.Lane(key.substring(0, slash), key.substring(slash + 1));
  }

  static <A> Task<A> task(Assignment assignment, ConsumerRecord<byte[], byte[]> record) {
    return new Task<>(assignment, record, route(record));
  }
}
