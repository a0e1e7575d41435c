package dev.parley.worker.turn;

import dev.parley.runtime.Backoff;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageEvent;
import java.io.UncheckedIOException;
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
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
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
  private final UsageSpread spread;

  Publisher(Producer<byte[], byte[]> producer, RandomGenerator random) {
    this(producer, random, UsageSpread.NONE);
  }

  /**
   * @param spread whose usage events have their session as key
   */
  Publisher(Producer<byte[], byte[]> producer, RandomGenerator random, UsageSpread spread) {
    this.producer = producer;
    this.random = random;
    this.spread = spread;
  }

  /**
   * @throws InterruptedException when interrupted before all was acknowledged
   */
  void publish(JobOutcome outcome, List<UsageEvent> usage) throws InterruptedException {
    publish(outcome.ended().jobId(), outcome, usage);
  }

  /**
   * Publishes usage of a job that goes on.
   *
   * @throws InterruptedException when interrupted before all was acknowledged
   */
  void publish(List<UsageEvent> usage) throws InterruptedException {
    publish(usage.getFirst().jobId(), null, usage);
  }

  private void publish(JobId jobId, @Nullable JobOutcome outcome, List<UsageEvent> usage)
      throws InterruptedException {
    List<ProducerRecord<byte[], byte[]>> records = records(outcome, usage);
    for (int tries = 0; ; tries++) {
      try {
        sendAll(records);
        return;
      } catch (ExecutionException | KafkaException e) {
        log.atWarn()
            .setMessage("publishing failed, trying again")
            .addKeyValue("job", jobId)
            .addKeyValue("tries", tries + 1)
            .addKeyValue("cause", causeOf(e).getClass().getSimpleName())
            .log();
        if (causeOf(e) instanceof RecordTooLargeException) {
          records = shortened(outcome, usage);
        }
        Thread.sleep(backoff.delay(tries, random));
      }
    }
  }

  private List<ProducerRecord<byte[], byte[]>> records(
      @Nullable JobOutcome outcome, List<UsageEvent> usage) {
    try {
      List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(1 + usage.size());
      usage.forEach(event -> records.add(record(event)));
      if (outcome != null) {
        records.add(record(outcome));
      }
      return records;
    } catch (UncheckedIOException e) {
      return shortened(outcome, usage);
    }
  }

  /**
   * Without what may be large and is told by PostgreSQL as well: an outcome that never came would
   * hold up its session for ever.
   */
  private List<ProducerRecord<byte[], byte[]>> shortened(
      @Nullable JobOutcome outcome, List<UsageEvent> usage) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(1 + usage.size());
    for (UsageEvent event : usage) {
      records.add(leftOut(record(Shortened.of(event)), "metadata"));
    }
    if (outcome != null) {
      records.add(leftOut(record(Shortened.of(outcome)), "content"));
    }
    return records;
  }

  private static ProducerRecord<byte[], byte[]> leftOut(
      ProducerRecord<byte[], byte[]> record, String what) {
    record.headers().add(Headers.LEFT_OUT, what.getBytes(StandardCharsets.UTF_8));
    return record;
  }

  static Throwable causeOf(Exception e) {
    return e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
  }

  private ProducerRecord<byte[], byte[]> record(UsageEvent event) {
    return record(
        Topics.USAGE_EVENTS,
        // Corrections go where the command that made them sends them, which knows nobody spread.
        event.recordKey(event.correction() == null && spread.includes(event)),
        EventCodec.USAGE_EVENTS.encode(event),
        EventCodec.USAGE_EVENTS.versionHeader(),
        event.jobId());
  }

  private static ProducerRecord<byte[], byte[]> record(JobOutcome outcome) {
    JobOutcome.Ended ended = outcome.ended();
    return record(
        Topics.OUTCOMES,
        new SessionKey(ended.tenantId(), ended.sessionId()).recordKey(),
        EventCodec.OUTCOMES.encode(outcome),
        EventCodec.OUTCOMES.versionHeader(),
        ended.jobId());
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
      String topic, String key, byte[] value, byte[] version, JobId jobId) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value);
    record.headers().add(Headers.SCHEMA_VERSION, version);
    record.headers().add(Headers.JOB_ID, jobId.value().getBytes(StandardCharsets.UTF_8));
    return record;
  }
}
