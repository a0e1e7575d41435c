package dev.parley.usage.sink;

import dev.parley.schemas.Decoded;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.UsageTotal;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Totals on their way into the store, the newest of each cell, and the offsets that may be
 * committed once they are there. For one thread.
 */
final class TotalsBatch {

  private static final Logger log = LoggerFactory.getLogger(TotalsBatch.class);

  private final Map<UsageTotal.Cell, UsageTotal> totals = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();

  /**
   * Takes what the records hold. One that cannot be read is passed over: the cell's next total is
   * absolute and makes up for it.
   *
   * @throws NewerReleaseException when a newer release wrote one, which must not be passed over
   */
  void add(Iterable<ConsumerRecord<byte[], byte[]>> records) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      add(record);
      offsets.put(
          new TopicPartition(record.topic(), record.partition()),
          new OffsetAndMetadata(record.offset() + 1));
    }
  }

  private void add(ConsumerRecord<byte[], byte[]> record) {
    Header version = record.headers().lastHeader(Headers.SCHEMA_VERSION);
    switch (EventCodec.USAGE_TOTALS.decode(
        record.value(), version == null ? null : version.value())) {
      case Decoded.Value<UsageTotal>(UsageTotal total) ->
          totals.merge(total.cell(), total, TotalsBatch::newer);
      case Decoded.Newer<UsageTotal>(int theirs) -> throw new NewerReleaseException(theirs);
      case Decoded.Undecodable<UsageTotal>(String reason) ->
          log.atError()
              .setMessage("total passed over")
              .addKeyValue("reason", reason)
              .addKeyValue("partition", record.partition())
              .addKeyValue("offset", record.offset())
              .log();
    }
  }

  private static UsageTotal newer(UsageTotal a, UsageTotal b) {
    return a.version() >= b.version() ? a : b;
  }

  Collection<UsageTotal> totals() {
    return totals.values();
  }

  Map<TopicPartition, OffsetAndMetadata> offsets() {
    return offsets;
  }

  boolean isEmpty() {
    return offsets.isEmpty();
  }

  void clear() {
    totals.clear();
    offsets.clear();
  }

  /** A total was written by a newer release: only that release can go on. */
  static final class NewerReleaseException extends RuntimeException {
    NewerReleaseException(int version) {
      super("usage.totals holds schema version " + version + ", a newer release has to go on");
    }
  }
}
