package dev.parley.ingest.messages;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.parley.ingest.messages.Acknowledgements.Acknowledgement;
import dev.parley.runtime.Component;
import dev.parley.runtime.Health;
import dev.parley.runtime.KafkaCheck;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.Submission;
import dev.parley.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Puts submissions into {@link Topics#SUBMISSIONS}.
 *
 * <p>Two producers, as the {@link Pace} asks. No order is lost between them: a session's messages
 * are in order when each was accepted before the next was sent, and then it stands in the log.
 *
 * <p>Everything is bounded: the memory for what waits, the time a caller may be held up by a full
 * buffer or a broker that is away, and the time until a record is given up. A record that was given
 * up may have been written all the same; its job id then never reached a client.
 */
public final class KafkaSubmissionLog implements SubmissionLog, Component {

  /** A body is at most as long as the API lets in; what is added around it is small. */
  private static final int MAX_RECORD_BYTES = 4 * 1024 * 1024;

  /** How long a caller may be held up by a full buffer, or by topics that nobody tells about. */
  private static final Duration MAX_BLOCK = Duration.ofSeconds(1);

  /** How long nobody is held up after somebody was in vain. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private static final Duration OVERDUE_EVERY = Duration.ofMillis(200);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  /**
   * One request on its way to a broker at a time, and what comes meanwhile goes together in the
   * next: batches grow with the load and nothing waits when there is none. LZ4 takes 128 KiB of new
   * buffers for every batch, which is more work than all the rest of a message that goes alone, and
   * half of what lines of bulk requests allocate; see decision 18.
   */
  private static final Map<String, String> SINGLE =
      Map.of(
          ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1",
          ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");

  private static final Map<String, String> BULK =
      Map.of(
          ProducerConfig.LINGER_MS_CONFIG, "5",
          ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");

  private final KafkaSettings kafka;
  private final TopicSetup topics;
  private final Duration deliveryTimeout;
  private final KafkaCheck brokers;
  private final Acknowledgements acknowledgements;
  private final AtomicLong unavailableUntil = new AtomicLong(System.nanoTime());
  private volatile Map<Pace, Producer<byte[], byte[]>> producers = Map.of();
  private volatile @Nullable Thread overdue;

  /**
   * @param deliveryTimeout after which the producer gives up
   * @param ackTimeout longer; after which a message counts as not accepted whatever the producer
   *     does
   */
  public KafkaSubmissionLog(
      KafkaSettings kafka, TopicSetup topics, Duration deliveryTimeout, Duration ackTimeout) {
    this.kafka = kafka;
    this.topics = topics;
    this.deliveryTimeout = deliveryTimeout;
    this.acknowledgements = new Acknowledgements(ackTimeout, Ticker.systemTicker());
    this.brokers = new KafkaCheck(kafka, "parley-ingest-health");
  }

  @Override
  public String name() {
    return "kafka";
  }

  /** Waits until Kafka is there and has the topics; until then everything is unavailable. */
  @Override
  public void start() throws InterruptedException {
    topics.ensure(kafka);
    producers =
        Map.of(
            Pace.SINGLE, new KafkaProducer<>(settings("parley-ingest", SINGLE)),
            Pace.BULK, new KafkaProducer<>(settings("parley-ingest-bulk", BULK)));
    overdue = Thread.ofVirtual().name("parley-ingest-overdue").start(this::failOverdue);
    brokers.start();
  }

  private void failOverdue() {
    try {
      while (true) {
        Thread.sleep(OVERDUE_EVERY);
        acknowledgements.failOverdue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Health check() {
    return producers.isEmpty() ? Health.down("waiting for kafka") : brokers.check();
  }

  @Override
  public void close() {
    Map<Pace, Producer<byte[], byte[]>> open = producers;
    producers = Map.of();
    brokers.close();
    open.values().forEach(producer -> producer.close(CLOSE_TIMEOUT));
    Thread thread = overdue;
    if (thread != null) {
      thread.interrupt();
    }
    acknowledgements.failAll();
  }

  @Override
  public CompletableFuture<Void> accept(
      Submission submission, @Nullable String traceparent, Pace pace, Consumer<JobId> onFailure) {
    Acknowledgement acknowledged = new Acknowledgement(submission.jobId(), onFailure);
    Producer<byte[], byte[]> open = producers.get(pace);
    if (open == null || System.nanoTime() - unavailableUntil.get() < 0) {
      acknowledged.fail(new UnavailableException("kafka is not there", null));
      return acknowledged;
    }
    try {
      // What becomes of it is told to the callback.
      var _ = open.send(record(submission, traceparent), acknowledged);
      acknowledgements.watch(acknowledged);
    } catch (RuntimeException e) {
      acknowledged.fail(e);
    }
    if (acknowledged.isCompletedExceptionally()
        && acknowledged.exceptionNow() instanceof UnavailableException) {
      // Told before it was sent: this caller has waited in vain, and the next would too. Many
      // lines of one request would wait one after the other.
      unavailableUntil.set(System.nanoTime() + PAUSE.toNanos());
    }
    return acknowledged;
  }

  private static ProducerRecord<byte[], byte[]> record(
      Submission submission, @Nullable String traceparent) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.SUBMISSIONS,
            submission.sessionKey().recordKey().getBytes(StandardCharsets.US_ASCII),
            EventCodec.SUBMISSIONS.encode(submission));
    record
        .headers()
        .add(Headers.SCHEMA_VERSION, EventCodec.SUBMISSIONS.versionHeader(submission))
        .add(Headers.JOB_ID, submission.jobId().value().getBytes(StandardCharsets.US_ASCII))
        .add(Headers.TRACEPARENT, TraceParent.orNew(traceparent));
    return record;
  }

  private Properties settings(String clientId, Map<String, String> defaults) {
    Properties properties = kafka.producer(clientId, defaults);
    int deliveryMs = (int) deliveryTimeout.toMillis();
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.toString(deliveryMs));
    // Kafka refuses to start when it and the linger are longer than the delivery together.
    properties.put(
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
        Integer.toString(Math.min(deliveryMs / 2, 5_000)));
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.toString(MAX_BLOCK.toMillis()));
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(MAX_RECORD_BYTES));
    properties.putIfAbsent(ProducerConfig.BUFFER_MEMORY_CONFIG, "67108864");
    return properties;
  }
}
