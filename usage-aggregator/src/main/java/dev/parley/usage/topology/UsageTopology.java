package dev.parley.usage.topology;

import dev.parley.schemas.Topics;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

/**
 * Usage events in, totals of cells out.
 *
 * <pre>
 * usage.events ── read ── first-time ── add ── usage.totals
 *                   └── chat.dead-letters
 * </pre>
 *
 * <p>One stage without repartitioning: usage.events is keyed by tenant, so all events of a cell,
 * and all copies of an event, are in one partition, and their stores beside them. A tenant that is
 * too much for one partition can be spread later by a finer record key: {@code first-time} goes
 * with any key that an event's copies share, and {@code add} would then publish partial sums that a
 * second stage, keyed by cell, adds up.
 *
 * <p>For the same reason usage.events must not get more partitions while the app lives.
 */
public final class UsageTopology {

  static final String SEEN = "seen-events";
  static final String CELLS = "cells";
  static final String UNPUBLISHED = "unpublished-cells";

  static final String FIRST_TIME_NODE = "first-time";
  static final String TOTALS_NODE = "totals";
  static final String DEAD_LETTERS_NODE = "dead-letters";

  private static final String EVENTS_NODE = "events";
  private static final String READ_NODE = "read";
  private static final String ADD_NODE = "add";

  private UsageTopology() {}

  public static Topology build(TopologySettings settings, UsageMeters meters) {
    return new Topology()
        .addSource(
            EVENTS_NODE,
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            Topics.USAGE_EVENTS)
        .addProcessor(READ_NODE, () -> new ReadEvents(meters), EVENTS_NODE)
        .addProcessor(
            FIRST_TIME_NODE, () -> new FirstTimeOnly(settings.duplicateWindow(), meters), READ_NODE)
        .addProcessor(ADD_NODE, () -> new AddToCells(settings, meters), FIRST_TIME_NODE)
        .addStateStore(
            Stores.windowStoreBuilder(
                FirstTimeOnly.storeFor(SEEN, settings.duplicateWindow()),
                Serdes.String(),
                Serdes.ByteArray()),
            FIRST_TIME_NODE)
        .addStateStore(
            Stores.keyValueStoreBuilder(
                    Stores.persistentKeyValueStore(CELLS), Serdes.String(), new CellSumsSerde())
                .withCachingEnabled(),
            ADD_NODE)
        .addStateStore(
            Stores.keyValueStoreBuilder(
                    Stores.persistentKeyValueStore(UNPUBLISHED),
                    Serdes.String(),
                    Serdes.ByteArray())
                .withCachingEnabled(),
            ADD_NODE)
        .addSink(
            TOTALS_NODE,
            Topics.USAGE_TOTALS,
            new ByteArraySerializer(),
            new ByteArraySerializer(),
            ADD_NODE)
        .addSink(
            DEAD_LETTERS_NODE,
            Topics.DEAD_LETTERS,
            new ByteArraySerializer(),
            new ByteArraySerializer(),
            READ_NODE);
  }
}
