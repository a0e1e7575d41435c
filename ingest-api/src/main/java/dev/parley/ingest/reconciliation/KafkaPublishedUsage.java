package dev.parley.ingest.reconciliation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.parley.runtime.KafkaSettings;
import dev.parley.schemas.Decoded;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageEventCheck;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads usage.events from end to end, in no consumer group, with a consumer for each reading: it is
 * done when something does not add up, which is hardly ever.
 */
public final class KafkaPublishedUsage implements PublishedUsage {

  private static final Logger log = LoggerFactory.getLogger(KafkaPublishedUsage.class);

  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaSettings kafka;

  public KafkaPublishedUsage(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  @Override
  public boolean forEach(
      @Nullable TenantId tenantId,
      Instant appendedSince,
      Duration limit,
      Consumer<Published> sink) {
    try {
      return read(tenantId, appendedSince, limit, sink);
    } catch (KafkaException e) {
      log.atWarn()
          .setMessage("published usage cannot be read")
          .addKeyValue("cause", e.getClass().getSimpleName())
          .log();
      return false;
    }
  }

  private boolean read(
      @Nullable TenantId tenantId,
      Instant appendedSince,
      Duration limit,
      Consumer<Published> sink) {
    long deadline = System.nanoTime() + limit.toNanos();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings(limit))) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topics.USAGE_EVENTS).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      boolean complete = seek(consumer, partitions, appendedSince);
      Map<TopicPartition, Long> open = new HashMap<>(consumer.endOffsets(partitions));
      while (true) {
        open.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        if (open.isEmpty()) {
          return complete;
        }
        if (System.nanoTime() - deadline > 0) {
          return false;
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (tenantId == null || isOf(tenantId, record.key())) {
            read(record, sink);
          }
        }
      }
    }
  }

  /** Whether all that was appended since then is still there. */
  private static boolean seek(
      KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, Instant since) {
    long millis = since.toEpochMilli();
    Map<TopicPartition, OffsetAndTimestamp> begins =
        consumer.offsetsForTimes(
            partitions.stream().collect(Collectors.toMap(each -> each, each -> millis)));
    Map<TopicPartition, Long> kept = consumer.beginningOffsets(partitions);
    boolean complete = true;
    for (TopicPartition partition : partitions) {
      OffsetAndTimestamp begin = begins.get(partition);
      if (begin == null) {
        consumer.seekToEnd(List.of(partition));
      } else {
        consumer.seek(partition, begin.offset());
        long first = kept.getOrDefault(partition, 0L);
        complete &= first == 0 || begin.offset() > first;
      }
    }
    return complete;
  }

  private Properties settings(Duration limit) {
    Properties properties = kafka.reader("parley-reconciliation");
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000");
    properties.put(
        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
        Long.toString(Math.clamp(limit.toMillis(), 1_000, 60_000)));
    return properties;
  }

  private static boolean isOf(TenantId tenantId, byte @Nullable [] key) {
    if (key == null) {
      return false;
    }
    String text = new String(key, UTF_8);
    return text.equals(tenantId.value()) || text.startsWith(tenantId.value() + "/");
  }

  private static void read(ConsumerRecord<byte[], byte[]> record, Consumer<Published> sink) {
    Header version = record.headers().lastHeader(Headers.SCHEMA_VERSION);
    switch (EventCodec.USAGE_EVENTS.decode(
        record.value(), version == null ? null : version.value())) {
      case Decoded.Value<UsageEvent>(UsageEvent event) ->
          sink.accept(new Published(event, isRefused(event, record.key())));
      // What is no event has no id that could be told.
      case Decoded.Newer<UsageEvent> newer -> {}
      case Decoded.Undecodable<UsageEvent> broken -> {}
    }
  }

  private static boolean isRefused(UsageEvent event, byte @Nullable [] key) {
    return UsageEventCheck.implausible(event) != null || UsageEventCheck.isMisrouted(event, key);
  }
}
