package dev.parley.usage.reprice;

import dev.parley.runtime.KafkaSettings;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.CorrectionStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Publishes the corrections that the ledger holds and that are not known to be published, as any
 * usage event is published. What was published and not noted is published again under its id, and
 * the aggregator knows it for a copy.
 */
final class CorrectionPublisher implements AutoCloseable {

  private static final int BATCH = 1_000;
  private static final String LIMIT_MILLIS = "30000";
  private static final String REQUEST_MILLIS = "10000";

  private final CorrectionStore store;
  private final Producer<byte[], byte[]> producer;

  CorrectionPublisher(CorrectionStore store, Producer<byte[], byte[]> producer) {
    this.store = store;
    this.producer = producer;
  }

  static CorrectionPublisher on(KafkaSettings kafka, CorrectionStore store) {
    Properties settings =
        kafka.producer(
            "parley-reprice",
            Map.of(
                ProducerConfig.MAX_BLOCK_MS_CONFIG, LIMIT_MILLIS,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, LIMIT_MILLIS,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS));
    return new CorrectionPublisher(
        store, new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer()));
  }

  /**
   * Fails soon when Kafka is away, before anything is written; each record that is sent would wait
   * as long.
   *
   * @throws IllegalStateException when it does not answer
   */
  void check() {
    try {
      producer.partitionsFor(Topics.USAGE_EVENTS);
    } catch (KafkaException e) {
      throw new IllegalStateException(
          "Kafka does not answer for " + Topics.USAGE_EVENTS + "; no correction was written", e);
    }
  }

  /**
   * @return how many were published
   * @throws IllegalStateException when Kafka did not acknowledge; they are published by the next
   *     run
   */
  long publish() throws InterruptedException {
    long published = 0;
    while (true) {
      List<UsageEvent> events = store.unpublished(BATCH);
      if (events.isEmpty()) {
        return published;
      }
      send(events);
      store.published(events);
      published += events.size();
    }
  }

  private void send(List<UsageEvent> events) throws InterruptedException {
    List<Future<RecordMetadata>> sent = new ArrayList<>(events.size());
    events.forEach(event -> sent.add(producer.send(record(event))));
    for (Future<RecordMetadata> future : sent) {
      try {
        future.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(
            "Kafka did not acknowledge the corrections, run the command again", e);
      }
    }
  }

  private static ProducerRecord<byte[], byte[]> record(UsageEvent event) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.USAGE_EVENTS,
            event.tenantId().value().getBytes(StandardCharsets.UTF_8),
            EventCodec.USAGE_EVENTS.encode(event));
    record.headers().add(Headers.SCHEMA_VERSION, EventCodec.USAGE_EVENTS.versionHeader());
    record.headers().add(Headers.JOB_ID, event.jobId().value().getBytes(StandardCharsets.UTF_8));
    return record;
  }

  @Override
  public void close() {
    producer.close();
  }
}
