package dev.parley.worker.engine;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The engine's bounds and times.
 *
 * @param topic what is consumed
 * @param maxInFlight turns that run at once
 * @param maxBuffered records held in memory, running ones included; reading pauses at it, so that
 *     it is exceeded by at most one poll
 * @param maxBufferedBytes the same in bytes of keys and values
 * @param maxUncommitted per partition, records between the first that is not done and the last that
 *     was polled; the partition alone pauses at it
 * @param maxAdmissionBatch records in one call to {@link Workload#admit}
 * @param maxTries performances of one record that may end with an unexpected exception
 * @param retryBase the first back-off of what the engine itself retries; doubles each time
 * @param retryMax the longest back-off
 * @param commitInterval between two commits of a changed watermark
 * @param revokeGrace for begun turns of a partition that is taken away, before they are interrupted
 * @param stopGrace for begun turns when the engine closes, before they are interrupted
 */
public record EngineConfig(
    String topic,
    int maxInFlight,
    int maxBuffered,
    long maxBufferedBytes,
    int maxUncommitted,
    int maxAdmissionBatch,
    int maxTries,
    Duration retryBase,
    Duration retryMax,
    Duration commitInterval,
    Duration revokeGrace,
    Duration stopGrace) {

  /** Longer graces would let the group take the worker for dead while it waits. */
  private static final Duration LONGEST_GRACE = Duration.ofMinutes(4);

  public EngineConfig {
    if (topic.isBlank()) {
      throw new IllegalArgumentException("topic must not be blank");
    }
    atLeast("maxInFlight", maxInFlight, 1);
    atLeast("maxBuffered", maxBuffered, maxInFlight);
    atLeast("maxBufferedBytes", maxBufferedBytes, 1);
    atLeast("maxUncommitted", maxUncommitted, maxInFlight);
    atLeast("maxAdmissionBatch", maxAdmissionBatch, 1);
    atLeast("maxTries", maxTries, 1);
    positive("retryBase", retryBase);
    positive("commitInterval", commitInterval);
    if (retryMax.compareTo(retryBase) < 0) {
      throw new IllegalArgumentException("retryMax must not be shorter than retryBase");
    }
    grace("revokeGrace", revokeGrace);
    grace("stopGrace", stopGrace);
  }

  /** Sensible bounds for a worker with 1 GiB of heap. */
  public static EngineConfig forTopic(String topic) {
    return new EngineConfig(
        topic,
        2_000,
        50_000,
        64L << 20,
        200_000,
        500,
        5,
        Duration.ofMillis(100),
        Duration.ofSeconds(10),
        Duration.ofMillis(200),
        Duration.ofSeconds(10),
        Duration.ofSeconds(20));
  }

  public EngineConfig withBounds(int inFlight, int buffered, long bufferedBytes, int uncommitted) {
    return new EngineConfig(
        topic,
        inFlight,
        buffered,
        bufferedBytes,
        uncommitted,
        maxAdmissionBatch,
        maxTries,
        retryBase,
        retryMax,
        commitInterval,
        revokeGrace,
        stopGrace);
  }

  public EngineConfig withRetries(int tries, Duration base, Duration max) {
    return new EngineConfig(
        topic,
        maxInFlight,
        maxBuffered,
        maxBufferedBytes,
        maxUncommitted,
        maxAdmissionBatch,
        tries,
        base,
        max,
        commitInterval,
        revokeGrace,
        stopGrace);
  }

  public EngineConfig withTimes(Duration commit, Duration revoke, Duration stop) {
    return new EngineConfig(
        topic,
        maxInFlight,
        maxBuffered,
        maxBufferedBytes,
        maxUncommitted,
        maxAdmissionBatch,
        maxTries,
        retryBase,
        retryMax,
        commit,
        revoke,
        stop);
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
