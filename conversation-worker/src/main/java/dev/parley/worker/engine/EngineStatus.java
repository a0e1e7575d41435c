package dev.parley.worker.engine;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What the engine is doing at one moment. The counts belong together.
 *
 * @param state what to tell health checks
 * @param buffered records held, wherever they are
 * @param bufferedBytes the bytes of their keys and values
 * @param deferred records that were polled and will be read again when their tenant has room
 * @param inFlight turns that run
 * @param away those of them that wait for something elsewhere
 * @param parked lanes that wait before they try again
 * @param lanes lanes that have records
 * @param inFlightByTenant tenants with turns that run
 * @param assigned partitions that are read
 * @param lastPollAt when Kafka was last asked; null before the first time
 * @param totals since the engine was made
 */
public record EngineStatus(
    State state,
    int buffered,
    long bufferedBytes,
    long deferred,
    int inFlight,
    int away,
    int parked,
    int lanes,
    Map<String, Integer> inFlightByTenant,
    Set<TopicPartition> assigned,
    @Nullable Instant lastPollAt,
    Totals totals) {

  /** What the engine is doing; the causes are for people. */
  public sealed interface State {
    /** Not started, or has not heard from Kafka yet. */
    record Starting() implements State {}

    record Running() implements State {}

    /** A bound is reached: nothing is read until there is room again. */
    record Paused(String cause) implements State {}

    /** Something that the engine needs is away: it goes on by itself when that is back. */
    record Recovering(String cause) implements State {}

    record Stopping() implements State {}

    record Stopped() implements State {}
  }

  /**
   * Counts that only grow.
   *
   * @param done records whose offset counts as done, dead letters included
   * @param deadLettered records that went to the dead letters
   * @param retried performances that ended in a wait
   * @param dropped records let go undone because their partition went or the engine stopped
   */
  public record Totals(long done, long deadLettered, long retried, long dropped) {}
}
