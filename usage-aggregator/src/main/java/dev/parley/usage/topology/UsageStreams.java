package dev.parley.usage.topology;

import dev.parley.runtime.Backoff;
import dev.parley.runtime.Component;
import dev.parley.runtime.Health;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the topology. A thread that dies is replaced after a wait that grows; while Kafka is away
 * the app waits for it.
 */
public final class UsageStreams implements Component {

  private static final Logger log = LoggerFactory.getLogger(UsageStreams.class);

  private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

  /** A thread that dies this long after the one before it begins with short waits again. */
  private static final long CALM_NANOS = Duration.ofMinutes(5).toNanos();

  private final TopologySettings topology;
  private final StreamsSettings settings;
  private final KafkaSettings kafka;
  private final TopicSetup topics;
  private final UsageMeters meters;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicInteger deaths = new AtomicInteger();
  private volatile long lastDeath = System.nanoTime() - CALM_NANOS;
  private volatile @Nullable String lastFailure;
  private volatile @Nullable KafkaStreams streams;

  public UsageStreams(
      TopologySettings topology,
      StreamsSettings settings,
      KafkaSettings kafka,
      TopicSetup topics,
      UsageMeters meters) {
    this.topology = topology;
    this.settings = settings;
    this.kafka = kafka;
    this.topics = topics;
    this.meters = meters;
  }

  @Override
  public String name() {
    return "usage-streams";
  }

  /** Waits for Kafka as long as it takes, then begins to read. */
  @Override
  public void start() throws InterruptedException {
    topics.ensure(kafka);
    new InternalTopics(topology, settings, topics.replication()).ensure(kafka);
    synchronized (this) {
      if (closing.getCount() == 0) {
        return;
      }
      KafkaStreams starting =
          new KafkaStreams(
              UsageTopology.build(topology, settings.partialsTopic(), meters),
              settings.properties(kafka));
      starting.setUncaughtExceptionHandler(this::replaceThread);
      starting.setStateListener((now, before) -> {
        if (now == State.RUNNING) {
          lastFailure = null;
        }
      });
      streams = starting;
      starting.start();
    }
  }

  /** Called on the dying thread, so waiting here delays the new one and nothing else. */
  private StreamThreadExceptionResponse replaceThread(Throwable failure) {
    String cause = rootOf(failure);
    lastFailure = cause;
    long now = System.nanoTime();
    if (now - lastDeath > CALM_NANOS) {
      deaths.set(0);
    }
    lastDeath = now;
    int tries = deaths.getAndIncrement();
    Duration wait = BACKOFF.delay(tries, ThreadLocalRandom.current());
    log.atWarn()
        .setMessage("stream thread replaced")
        .addKeyValue("cause", cause)
        .addKeyValue("tries", tries)
        .addKeyValue("waitMs", wait.toMillis())
        .log();
    log.atDebug().setMessage("stream thread died").setCause(failure).log();
    try {
      if (closing.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  @Override
  public Health check() {
    KafkaStreams running = streams;
    if (running == null) {
      return Health.down("waiting for kafka");
    }
    State state = running.state();
    return switch (state) {
      case RUNNING -> Health.UP;
      case CREATED, REBALANCING, PENDING_SHUTDOWN, NOT_RUNNING, PENDING_ERROR, ERROR -> {
        String failure = lastFailure;
        yield Health.down(state + (failure == null ? "" : ", last failure: " + failure));
      }
    };
  }

  @Override
  public void close() {
    closing.countDown();
    KafkaStreams running;
    synchronized (this) {
      running = streams;
      streams = null;
    }
    if (running != null && !running.close(CloseOptions.timeout(CLOSE_TIMEOUT))) {
      log.atWarn().setMessage("streams did not close in time").log();
    }
  }

  private static String rootOf(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getClass().getSimpleName();
  }
}
