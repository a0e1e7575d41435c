package dev.parley.worker.engine;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The engine's bounds and times.
 *
 * @param topic what is consumed
 */
public record EngineConfig(String topic, Bounds bounds, Retries retries, Times times) {

  /** Longer graces would let the group take the worker for dead while it waits. */
  private static final Duration LONGEST_GRACE = Duration.ofMinutes(4);

  public EngineConfig {
    if (topic.isBlank()) {
      throw new IllegalArgumentException("topic must not be blank");
    }
  }

  /** Sensible bounds for a worker with 1 GiB of heap. */
  public static EngineConfig forTopic(String topic) {
    return new EngineConfig(topic, Bounds.DEFAULT, Retries.DEFAULT, Times.DEFAULT);
  }

  public EngineConfig with(Bounds newBounds) {
    return new EngineConfig(topic, newBounds, retries, times);
  }

  public EngineConfig with(Retries newRetries) {
    return new EngineConfig(topic, bounds, newRetries, times);
  }

  public EngineConfig with(Times newTimes) {
    return new EngineConfig(topic, bounds, retries, newTimes);
  }

  /**
   * How much there may be at once.
   *
   * @param maxInFlight turns that run
   * @param maxBusy those of them that do more than wait for something elsewhere, while tenants come
   *     that had nothing to do before; nothing is begun at it. On a saturated machine each turn
   *     waits for as many others
   * @param maxBuffered records held in memory, running ones included. No tenant holds more than is
   *     free, so half of it is the most that one can have; what does not fit is read again later
   * @param maxBufferedBytes the same in bytes of keys and values
   * @param maxUncommitted per partition, offsets between the first that is not done and the last
   *     that was polled; the partition alone pauses at it
   */
  public record Bounds(
      int maxInFlight, int maxBusy, int maxBuffered, long maxBufferedBytes, long maxUncommitted) {

    /** The uncommitted take a bit each, and what was done of them is done again after a crash. */
    static final Bounds DEFAULT = new Bounds(2_000, 2_000, 50_000, 64L << 20, 10_000_000);

    /** Larger groups are the more efficient; whoever has a backlog waits for that above all. */
    private static final int AMONG_BACKLOGS = 32;

    public Bounds {
      atLeast("maxInFlight", maxInFlight, 1);
      atLeast("maxBusy", maxBusy, 1);
      atLeast("maxBuffered", maxBuffered, maxInFlight);
      atLeast("maxBufferedBytes", maxBufferedBytes, 1);
      atLeast("maxUncommitted", maxUncommitted, maxInFlight);
    }

    /** The same while all tenants that have turns have had some for a while. */
    int maxBusyAmongBacklogs() {
      return Math.clamp((long) maxBusy * AMONG_BACKLOGS, 1, Integer.MAX_VALUE);
    }

    public Bounds(int maxInFlight, int maxBusy, int maxBuffered, long maxBufferedBytes) {
      this(maxInFlight, maxBusy, maxBuffered, maxBufferedBytes, DEFAULT.maxUncommitted);
    }
  }

  /**
   * What the engine itself tries again.
   *
   * @param maxTries performances of one record that may end with an unexpected exception
   * @param base the first back-off; doubles each time
   * @param max the longest back-off
   */
  public record Retries(int maxTries, Duration base, Duration max) {

    static final Retries DEFAULT = new Retries(5, Duration.ofMillis(100), Duration.ofSeconds(10));

    public Retries {
      atLeast("maxTries", maxTries, 1);
      positive("base", base);
      if (max.compareTo(base) < 0) {
        throw new IllegalArgumentException("max must not be shorter than base");
      }
    }
  }

  /**
   * How long things may take.
   *
   * @param commitInterval between two commits of a changed watermark
   * @param revokeGrace for begun turns of a partition that is taken away, before they are
   *     interrupted
   * @param stopGrace for begun turns when the engine closes, before they are interrupted
   */
  public record Times(Duration commitInterval, Duration revokeGrace, Duration stopGrace) {

    static final Times DEFAULT =
        new Times(Duration.ofMillis(200), Duration.ofSeconds(10), Duration.ofSeconds(20));

    public Times {
      positive("commitInterval", commitInterval);
      grace("revokeGrace", revokeGrace);
      grace("stopGrace", stopGrace);
    }
  }

  /**
   * The consumer settings that the engine relies on, to be laid over those that say where Kafka is
   * and what the group is called.
   */
  public static Map<String, Object> consumerSettings() {
    return Map.of(
        ConsumerConfig.GROUP_PROTOCOL_CONFIG,
        "consumer",
        ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
        ByteArrayDeserializer.class,
        ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
        ByteArrayDeserializer.class,
        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
        false,
        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
        "earliest",
        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
        "read_committed",
        ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
        Math.toIntExact(LONGEST_GRACE.plusMinutes(1).toMillis()));
  }

  private static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", is " + value);
    }
  }

  private static void positive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + " must be positive, is " + value);
    }
  }

  private static void grace(String name, Duration value) {
    if (value.isNegative() || value.compareTo(LONGEST_GRACE) > 0) {
      throw new IllegalArgumentException(
          name + " must be between 0 and " + LONGEST_GRACE.toMinutes() + " minutes, is " + value);
    }
  }
}
