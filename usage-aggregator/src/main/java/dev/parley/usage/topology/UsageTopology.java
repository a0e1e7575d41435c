package dev.parley.usage.topology;

import dev.parley.schemas.Topics;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Usage events in, totals of cells out, and counts of what became of each record.
 *
 * <pre>
 * usage.events ──> aggregate ──> usage.totals, usage.counts, usage.late, chat.dead-letters
 *                   ^     │
 *                   └─ partials, of tenants that are spread
 * </pre>
 *
 * <p>Events have their tenant as key, so all events of a cell, and all copies of an event, are in
 * one partition, and their stores beside them: one stage does. Events of a tenant that is too much
 * for one partition have their session as key instead. They are added up where they come in, and at
 * each publishing what was added goes as one partial sum for each cell to the tenant's own
 * partition, where the cells are, through a topic that is partitioned as usage.events is.
 *
 * <p>For both reasons usage.events must not get more partitions while the app lives.
 */
public final class UsageTopology {

  static final String SEEN = "seen-ids";
  static final String SEEN_FOREVER = "seen-corrections";
  static final String CELLS = "cells";
  static final String PARTIALS = "partials";
  static final String COUNTS = "hour-counts";
  static final String UNPUBLISHED = "unpublished";
  static final String COMMIT = "before-commit";

  static final String TOTALS_NODE = "to-totals";
  static final String COUNTS_NODE = "to-counts";
  static final String PARTIALS_NODE = "to-partials";
  static final String LATE_NODE = "to-late";
  static final String DEAD_LETTERS_NODE = "to-dead-letters";

  private static final String EVENTS_NODE = "events";
  private static final String SPREAD_NODE = "spread";
  private static final String AGGREGATE_NODE = "aggregate";

  private UsageTopology() {}

  /**
   * @param partialsTopic of this app alone, with as many partitions as usage.events
   */
  public static Topology build(
      TopologySettings settings, String partialsTopic, UsageMeters meters) {
    BeforeCommit beforeCommit = new BeforeCommit(COMMIT);
    Topology topology =
        new Topology()
            .addSource(
                EVENTS_NODE,
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer(),
                Topics.USAGE_EVENTS)
            .addSource(
                SPREAD_NODE,
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer(),
                partialsTopic)
            .addProcessor(
                AGGREGATE_NODE,
                () -> new AggregateEvents(settings, partialsTopic, beforeCommit, meters),
                EVENTS_NODE,
                SPREAD_NODE)
            .addStateStore(SeenEvents.storeFor(SEEN, settings.duplicateWindow()), AGGREGATE_NODE)
            .addStateStore(SeenEvents.foreverStore(SEEN_FOREVER), AGGREGATE_NODE)
            .addStateStore(store(CELLS, new CellSumsSerde()), AGGREGATE_NODE)
            .addStateStore(store(PARTIALS, new CellSumsSerde()), AGGREGATE_NODE)
            .addStateStore(store(COUNTS, new HourCountsSerde()), AGGREGATE_NODE)
            .addStateStore(store(UNPUBLISHED, Serdes.ByteArray()), AGGREGATE_NODE)
            .addStateStore(beforeCommit.store(), AGGREGATE_NODE);
    addSink(topology, TOTALS_NODE, Topics.USAGE_TOTALS);
    addSink(topology, COUNTS_NODE, Topics.USAGE_COUNTS);
    addSink(topology, PARTIALS_NODE, partialsTopic);
    addSink(topology, LATE_NODE, Topics.USAGE_LATE);
    addSink(topology, DEAD_LETTERS_NODE, Topics.DEAD_LETTERS);
    return topology;
  }

  /** Not cached: values that change often are written once for each transaction anyway. */
  private static <V> StoreBuilder<KeyValueStore<String, V>> store(String name, Serde<V> values) {
    return Stores.keyValueStoreBuilder(
        Stores.persistentKeyValueStore(name), Serdes.String(), values);
  }

  private static void addSink(Topology topology, String node, String topic) {
    topology.addSink(
        node, topic, new ByteArraySerializer(), new ByteArraySerializer(), AGGREGATE_NODE);
  }
}
