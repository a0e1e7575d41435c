package dev.parley.ingest.jobs;

import dev.parley.runtime.Component;
import dev.parley.runtime.Health;
import dev.parley.runtime.KafkaSettings;
import dev.parley.schemas.Decoded;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.Identifiers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads which jobs end, from now on, and tells of them on this node. Every node reads all of it, in
 * no consumer group: whoever waits may wait anywhere.
 *
 * <p>Nothing depends on it but speed, so its ill health is not the service's.
 */
public final class OutcomeFeed implements Component {

  private static final Logger log = LoggerFactory.getLogger(OutcomeFeed.class);

  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final long PARTITION_CHECK_NANOS = Duration.ofSeconds(30).toNanos();

  private final KafkaSettings kafka;
  private final Consumer<JobId> ended;

  // Where to go on after a fault, so that nothing is missed; of the feed's own thread.
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Object waking = new Object();

  // INVARIANT: touched under the lock of waking only
  private @Nullable KafkaConsumer<byte[], byte[]> current;

  private @Nullable Thread thread;

  /**
   * @param ended told of each job, by the feed's thread
   */
  public OutcomeFeed(KafkaSettings kafka, Consumer<JobId> ended) {
    this.kafka = kafka;
    this.ended = ended;
  }

  @Override
  public String name() {
    return "outcome-feed";
  }

  @Override
  public synchronized void start() {
    thread = Thread.ofPlatform().name("parley-outcome-feed").daemon().start(this::run);
  }

  @Override
  public Health check() {
    return Health.UP;
  }

  @Override
  public synchronized void close() {
    stop.countDown();
    synchronized (waking) {
      if (current != null) {
        current.wakeup();
      }
    }
    if (thread != null) {
      try {
        thread.join(Duration.ofSeconds(5));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      thread = null;
    }
  }

  private void run() {
    while (!stopped()) {
      try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings())) {
        readUntilWoken(consumer);
      } catch (RuntimeException e) {
        log.atWarn()
            .setMessage("outcome feed interrupted, trying again")
            .addKeyValue("cause", e.getClass().getSimpleName())
            .log();
        pause();
      }
    }
  }

  private void readUntilWoken(KafkaConsumer<byte[], byte[]> consumer) {
    setCurrent(consumer);
    try {
      read(consumer);
    } catch (WakeupException e) {
      // Told to stop; the loop's condition knows.
    } finally {
      setCurrent(null);
      takeWakeup(consumer);
    }
  }

  private void setCurrent(@Nullable KafkaConsumer<byte[], byte[]> consumer) {
    synchronized (waking) {
      current = consumer;
    }
  }

  /** A wakeup that met no poll would break off the consumer's close, which tells of it loudly. */
  private static void takeWakeup(KafkaConsumer<byte[], byte[]> consumer) {
    if (!consumer.assignment().isEmpty()) {
      try {
        consumer.poll(Duration.ZERO);
      } catch (WakeupException e) {
        // That was it.
      }
    }
  }

  private void read(KafkaConsumer<byte[], byte[]> consumer) {
    List<TopicPartition> assigned = List.of();
    long checkAt = System.nanoTime();
    while (!stopped()) {
      if (System.nanoTime() - checkAt >= 0) {
        List<TopicPartition> present = partitions(consumer);
        if (present.isEmpty()) {
          pause();
          continue;
        }
        if (!present.equals(assigned)) {
          consumer.assign(present);
          seek(consumer, present);
          assigned = present;
        }
        checkAt = System.nanoTime() + PARTITION_CHECK_NANOS;
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
        JobId job = jobOf(record);
        if (job != null) {
          ended.accept(job);
        }
      }
    }
  }

  /** To the end where nothing was read before, else to where the reading stopped. */
  private void seek(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> present) {
    for (TopicPartition partition : present) {
      Long position = positions.get(partition);
      if (position == null) {
        consumer.seekToEnd(List.of(partition));
      } else {
        consumer.seek(partition, position);
      }
    }
    present.forEach(partition -> positions.computeIfAbsent(partition, consumer::position));
  }

  private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
    return consumer.partitionsFor(Topics.OUTCOMES).stream()
        .map(info -> new TopicPartition(info.topic(), info.partition()))
        .sorted((a, b) -> Integer.compare(a.partition(), b.partition()))
        .toList();
  }

  private static @Nullable JobId jobOf(ConsumerRecord<byte[], byte[]> record) {
    Header id = record.headers().lastHeader(Headers.JOB_ID);
    if (id != null && id.value() != null) {
      String text = new String(id.value(), StandardCharsets.UTF_8);
      return Identifiers.isValid(text) ? new JobId(text) : null;
    }
    Header version = record.headers().lastHeader(Headers.SCHEMA_VERSION);
    return switch (EventCodec.OUTCOMES.decode(
        record.value(), version == null ? null : version.value())) {
      case Decoded.Value<JobOutcome>(JobOutcome outcome) -> outcome.ended().jobId();
      case Decoded.Newer<JobOutcome> _ -> null;
      case Decoded.Undecodable<JobOutcome> _ -> null;
    };
  }

  private boolean stopped() {
    return stop.getCount() == 0;
  }

  private void pause() {
    try {
      if (stop.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Properties settings() {
    Properties properties = kafka.reader("parley-ingest-outcomes");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
    // Making topics is not this client's business.
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    return properties;
  }
}
