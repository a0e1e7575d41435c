package dev.parley.usage.sink;

import dev.parley.schemas.Decoded;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageCounts;
import dev.parley.schemas.UsageTotal;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Totals and counts on their way into the store, the newest of each, and the offsets that may be
 * committed once they are there. For one thread.
 */
final class TotalsBatch {

  private static final Logger log = LoggerFactory.getLogger(TotalsBatch.class);

  private final Map<UsageTotal.Cell, UsageTotal> totals = new HashMap<>();
  private final Map<CountsKey, UsageCounts> counts = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();

  private record CountsKey(@Nullable TenantId tenantId, Instant hour, int partition) {}

  /**
   * Takes what the records hold. One that cannot be read is passed over: the next one for the same
   * key is absolute and makes up for it.
   *
   * @throws NewerReleaseException when a newer release wrote one, which must not be passed over
   */
  void add(Iterable<ConsumerRecord<byte[], byte[]>> records) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (record.topic().equals(Topics.USAGE_COUNTS)) {
        takeCounts(record);
      } else {
        takeTotal(record);
      }
      offsets.put(
          new TopicPartition(record.topic(), record.partition()),
          new OffsetAndMetadata(record.offset() + 1));
    }
  }

  private void takeTotal(ConsumerRecord<byte[], byte[]> record) {
    switch (EventCodec.USAGE_TOTALS.decode(record.value(), version(record))) {
      case Decoded.Value<UsageTotal>(UsageTotal total) ->
          totals.merge(total.cell(), total, TotalsBatch::newer);
      case Decoded.Newer<UsageTotal>(int theirs) -> throw new NewerReleaseException(theirs);
      case Decoded.Undecodable<UsageTotal>(String reason) -> passOver(record, reason);
    }
  }

  private void takeCounts(ConsumerRecord<byte[], byte[]> record) {
    switch (EventCodec.USAGE_COUNTS.decode(record.value(), version(record))) {
      case Decoded.Value<UsageCounts>(UsageCounts taken) ->
          counts.merge(
              new CountsKey(taken.tenantId(), taken.hour(), taken.partition()),
              taken,
              (a, b) -> a.read() >= b.read() ? a : b);
      case Decoded.Newer<UsageCounts>(int theirs) -> throw new NewerReleaseException(theirs);
      case Decoded.Undecodable<UsageCounts>(String reason) -> passOver(record, reason);
    }
  }

  private static byte @Nullable [] version(ConsumerRecord<byte[], byte[]> record) {
    Header version = record.headers().lastHeader(Headers.SCHEMA_VERSION);
    return version == null ? null : version.value();
  }

  private static void passOver(ConsumerRecord<byte[], byte[]> record, String reason) {
    log.atError()
        .setMessage("record passed over")
        .addKeyValue("reason", reason)
        .addKeyValue("topic", record.topic())
        .addKeyValue("partition", record.partition())
        .addKeyValue("offset", record.offset())
        .log();
  }

  private static UsageTotal newer(UsageTotal a, UsageTotal b) {
    return a.version() >= b.version() ? a : b;
  }

  Collection<UsageTotal> totals() {
    return totals.values();
  }

  Collection<UsageCounts> counts() {
    return counts.values();
  }

  Map<TopicPartition, OffsetAndMetadata> offsets() {
    return offsets;
  }

  boolean isEmpty() {
    return offsets.isEmpty();
  }

  void clear() {
    totals.clear();
    counts.clear();
    offsets.clear();
  }

  /** Written by a newer release: only that release can go on. */
  static final class NewerReleaseException extends RuntimeException {
    NewerReleaseException(int version) {
      super("a record has schema version " + version + ", a newer release has to go on");
    }
  }
}
