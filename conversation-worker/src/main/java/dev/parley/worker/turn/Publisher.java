package dev.parley.worker.turn;

import dev.parley.runtime.Backoff;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes how jobs ended and what they used. Returns only when Kafka has acknowledged everything,
 * and tries until it has: the ids are deterministic, so a repeat does no harm, while giving up
 * would lose an outcome that PostgreSQL already holds.
 */
final class Publisher {

  private static final Logger log = LoggerFactory.getLogger(Publisher.class);

  private final Producer<byte[], byte[]> producer;
  private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
  private final RandomGenerator random;

  Publisher(Producer<byte[], byte[]> producer, RandomGenerator random) {
    this.producer = producer;
    this.random = random;
  }

  /**
   * @throws InterruptedException when interrupted before all was acknowledged
   */
  void publish(JobOutcome outcome, List<UsageEvent> usage) throws InterruptedException {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(1 + usage.size());
    for (UsageEvent event : usage) {
      records.add(
          record(
              Topics.USAGE_EVENTS,
              event.tenantId().value(),
              EventCodec.USAGE_EVENTS.encode(event),
              EventCodec.USAGE_EVENTS.versionHeader()));
    }
    JobOutcome.Ended ended = outcome.ended();
    records.add(
        record(
            Topics.OUTCOMES,
            new SessionKey(ended.tenantId(), ended.sessionId()).recordKey(),
            EventCodec.OUTCOMES.encode(outcome),
            EventCodec.OUTCOMES.versionHeader()));
    for (int tries = 0; ; tries++) {
      try {
        sendAll(records);
        return;
      } catch (ExecutionException | KafkaException e) {
        log.atWarn()
            .setMessage("publishing failed, trying again")
            .addKeyValue("job", ended.jobId())
            .addKeyValue("tries", tries + 1)
            .addKeyValue("cause", e.getClass().getSimpleName())
            .log();
        Thread.sleep(backoff.delay(tries, random));
      }
    }
  }

  private void sendAll(List<ProducerRecord<byte[], byte[]>> records)
      throws ExecutionException, InterruptedException {
    List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
    for (ProducerRecord<byte[], byte[]> record : records) {
      sent.add(producer.send(record));
    }
    for (Future<RecordMetadata> future : sent) {
      future.get();
    }
  }

  private static ProducerRecord<byte[], byte[]> record(
      String topic, String key, byte[] value, byte[] version) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value);
    record.headers().add(Headers.SCHEMA_VERSION, version);
    return record;
  }
}
