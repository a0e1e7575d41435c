package dev.parley.usage.sink;

import dev.parley.runtime.Backoff;
import dev.parley.runtime.Component;
import dev.parley.runtime.Health;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.schemas.Topics;
import dev.parley.storage.UsageAudit;
import dev.parley.storage.UsageStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the totals and the counts from Kafka into the store, in batches of the newest of each.
 *
 * <p>Offsets are committed after the write. What is read again after a crash or a rebalance is
 * written again, and the version of each total makes that harmless, so nothing is lost and nothing
 * needs fencing. While the store is away the partitions are paused and the batch is kept.
 *
 * <p>One thread owns the consumer; {@link #check} may be called by any.
 */
public final class TotalsSink implements Component {

  private static final Logger log = LoggerFactory.getLogger(TotalsSink.class);

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(15));
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final String groupId;
  private final UsageStore store;
  private final UsageAudit audit;
  private final KafkaSettings kafka;
  private final TopicSetup topics;
  private final TotalsBatch batch = new TotalsBatch();
  private volatile Health health = Health.down("waiting for kafka");
  private volatile boolean closed;
  private volatile @Nullable Consumer<byte[], byte[]> consumer;
  private @Nullable Thread thread;

  public TotalsSink(
      String groupId, UsageStore store, UsageAudit audit, KafkaSettings kafka, TopicSetup topics) {
    this.groupId = groupId;
    this.store = store;
    this.audit = audit;
    this.kafka = kafka;
    this.topics = topics;
  }

  @Override
  public String name() {
    return "totals-sink";
  }

  /** Waits for Kafka as long as it takes. */
  @Override
  public void start() throws InterruptedException {
    topics.ensure(kafka);
    synchronized (this) {
      if (closed) {
        return;
      }
      Thread starting = Thread.ofPlatform().name("totals-sink").unstarted(this::run);
      thread = starting;
      starting.start();
    }
  }

  @Override
  public Health check() {
    return health;
  }

  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closed = true;
      running = thread;
    }
    Consumer<byte[], byte[]> open = consumer;
    if (open != null) {
      open.wakeup();
    }
    if (running == null) {
      return;
    }
    try {
      if (!running.join(CLOSE_TIMEOUT)) {
        log.atWarn().setMessage("totals sink did not stop in time").log();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A consumer that fails is replaced by a new one, which begins at what was committed. */
  private void run() {
    for (int failures = 0; !closed; failures++) {
      try (KafkaConsumer<byte[], byte[]> opened = new KafkaConsumer<>(properties())) {
        consumer = opened;
        batch.clear();
        opened.subscribe(List.of(Topics.USAGE_TOTALS, Topics.USAGE_COUNTS));
        consume(opened);
      } catch (WakeupException e) {
        // closed, which ends the loop
      } catch (RuntimeException e) {
        if (!closed) {
          failed(e);
          pause(failures);
        }
      } finally {
        consumer = null;
      }
    }
  }

  private Properties properties() {
    Properties properties = kafka.consumer("parley-totals-sink", groupId);
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000");
    return properties;
  }

  private void consume(Consumer<byte[], byte[]> from) {
    int failures = 0;
    boolean paused = false;
    while (!closed) {
      ConsumerRecords<byte[], byte[]> polled =
          from.poll(paused ? BACKOFF.delay(failures, ThreadLocalRandom.current()) : POLL);
      // Partitions that came with a rebalance are not paused yet, and may have records too.
      batch.add(polled);
      try {
        store.writeTotals(batch.totals());
        audit.writeCounts(batch.counts());
        commit(from);
        batch.clear();
        health = Health.UP;
        failures = 0;
        if (paused) {
          from.resume(from.assignment());
          paused = false;
        }
      } catch (KafkaException e) {
        throw e;
      } catch (RuntimeException e) {
        failed(e);
        failures++;
        from.pause(from.assignment());
        paused = true;
      }
    }
  }

  private void commit(Consumer<byte[], byte[]> from) {
    if (batch.isEmpty()) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> ours = new HashMap<>(batch.offsets());
    ours.keySet().retainAll(from.assignment());
    if (!ours.isEmpty()) {
      from.commitSync(ours);
    }
  }

  private void failed(RuntimeException e) {
    String cause = e.getClass().getSimpleName() + ": " + e.getMessage();
    if (!(health instanceof Health.Down down && down.cause().equals(cause))) {
      log.atWarn().setMessage("totals wait").addKeyValue("cause", cause).log();
    }
    health = Health.down(cause);
  }

  private static void pause(int failures) {
    try {
      Thread.sleep(BACKOFF.delay(failures, ThreadLocalRandom.current()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
