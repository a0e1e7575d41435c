package dev.parley.testkit.guarantees;

import dev.parley.schemas.Decoded;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Topics;
import dev.parley.testkit.guarantees.History.Outcome;
import dev.parley.testkit.guarantees.History.Submitted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The records of some tenants. Those that cannot be decoded are passed over: they belong to tests
 * of their own.
 */
record TopicHistory(List<Submitted> submitted, List<Outcome> outcomes, List<String> usageEventIds) {

  private static final Duration POLL = Duration.ofMillis(500);

  /** Reads from the beginning to what is now the end. */
  static TopicHistory read(String bootstrapServers, Set<String> tenants) {
    TopicHistory history =
        new TopicHistory(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
            false,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      each(consumer, Topics.SUBMISSIONS, record -> history.addSubmission(record, tenants));
      each(consumer, Topics.OUTCOMES, record -> history.addOutcome(record, tenants));
      each(consumer, Topics.USAGE_EVENTS, record -> history.addUsage(record, tenants));
    }
    return history;
  }

  /** The sessions that submissions were made to. */
  Map<JobId, SessionKey> sessions() {
    Map<JobId, SessionKey> sessions = new HashMap<>();
    submitted.forEach(submission -> sessions.put(submission.job(), submission.session()));
    return sessions;
  }

  private interface Handling {
    void handle(ConsumerRecord<byte[], byte[]> record);
  }

  private static void each(
      KafkaConsumer<byte[], byte[]> consumer, String topic, Handling handling) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
    while (!ends.isEmpty()) {
      ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
      if (!ends.isEmpty()) {
        consumer.poll(POLL).forEach(handling::handle);
      }
    }
  }

  private void addSubmission(ConsumerRecord<byte[], byte[]> record, Set<String> tenants) {
    decoded(
        EventCodec.SUBMISSIONS,
        record,
        submission -> tenants.contains(submission.tenantId().value()),
        (submission, from) ->
            submitted.add(
                new Submitted(
                    submission.jobId(), submission.sessionKey(), from.partition(), from.offset())));
  }

  private void addOutcome(ConsumerRecord<byte[], byte[]> record, Set<String> tenants) {
    decoded(
        EventCodec.OUTCOMES,
        record,
        outcome -> tenants.contains(outcome.ended().tenantId().value()),
        (outcome, from) -> outcomes.add(new Outcome(outcome.ended().jobId(), outcome.status())));
  }

  private void addUsage(ConsumerRecord<byte[], byte[]> record, Set<String> tenants) {
    decoded(
        EventCodec.USAGE_EVENTS,
        record,
        event -> tenants.contains(event.tenantId().value()),
        (event, from) -> usageEventIds.add(event.eventId()));
  }

  private static <T> void decoded(
      EventCodec<T> codec,
      ConsumerRecord<byte[], byte[]> record,
      Function<T, Boolean> wanted,
      BiConsumer<T, ConsumerRecord<byte[], byte[]>> sink) {
    switch (codec.decode(record.value(), version(record))) {
      case Decoded.Value<T>(T event) -> {
        if (wanted.apply(event)) {
          sink.accept(event, record);
        }
      }
      case Decoded.Newer<T> _, Decoded.Undecodable<T> _ -> {}
    }
  }

  private static byte @Nullable [] version(ConsumerRecord<byte[], byte[]> record) {
    Header header = record.headers().lastHeader(Headers.SCHEMA_VERSION);
    return header == null ? null : header.value();
  }
}
