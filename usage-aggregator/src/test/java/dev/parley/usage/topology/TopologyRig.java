package dev.parley.usage.topology;

import dev.parley.schemas.Decoded;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageCounts;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The topology in a test driver, fed and read with what is on the wire. */
final class TopologyRig implements AutoCloseable {

  private static final List<String> KEPT =
      List.of(UsageTopology.CELLS, UsageTopology.PARTIALS, UsageTopology.COUNTS);

  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final TopologyTestDriver driver;
  private final TestInputTopic<byte[], byte[]> events;
  private final TestOutputTopic<byte[], byte[]> totals;
  private final TestOutputTopic<byte[], byte[]> counts;
  private final TestOutputTopic<byte[], byte[]> late;
  private final TestOutputTopic<byte[], byte[]> deadLetters;
  private final Map<String, UsageCounts> newestCounts = new LinkedHashMap<>();
  private final Map<String, UsageTotal> newest = new LinkedHashMap<>();
  private final List<TestRecord<byte[], byte[]>> seen = new ArrayList<>();
  private final List<TestRecord<byte[], byte[]>> corrections = new ArrayList<>();
  private int published;

  TopologyRig(Path stateDir) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    driver =
        new TopologyTestDriver(
            UsageTopology.build(TopologySettings.DEFAULT, "partials", new UsageMeters(registry)),
            settings,
            Events.NOON);
    ByteArraySerializer bytes = new ByteArraySerializer();
    events = driver.createInputTopic(Topics.USAGE_EVENTS, bytes, bytes);
    ByteArrayDeserializer read = new ByteArrayDeserializer();
    totals = driver.createOutputTopic(Topics.USAGE_TOTALS, read, read);
    counts = driver.createOutputTopic(Topics.USAGE_COUNTS, read, read);
    late = driver.createOutputTopic(Topics.USAGE_LATE, read, read);
    deadLetters = driver.createOutputTopic(Topics.DEAD_LETTERS, read, read);
  }

  /**
   * Another driver with the same state. It is carried over by hand, since a driver deletes its
   * state when it is closed.
   */
  TopologyRig restart(Path stateDir) {
    Map<String, List<KeyValue<String, Object>>> values = new HashMap<>();
    for (String store : KEPT) {
      List<KeyValue<String, Object>> entries = new ArrayList<>();
      try (var all = driver.<String, Object>getKeyValueStore(store).all()) {
        all.forEachRemaining(entries::add);
      }
      values.put(store, entries);
    }
    seen.addAll(changelog(UsageTopology.SEEN).readRecordsToList());
    corrections.addAll(changelog(UsageTopology.SEEN_FOREVER).readRecordsToList());
    close();
    TopologyRig next = new TopologyRig(stateDir);
    next.seen.addAll(seen);
    next.corrections.addAll(corrections);
    seen.forEach(record -> next.store(UsageTopology.SEEN).put(record.key(), record.value()));
    corrections.forEach(
        record -> next.store(UsageTopology.SEEN_FOREVER).put(record.key(), record.value()));
    values.forEach(
        (store, entries) -> next.driver.<String, Object>getKeyValueStore(store).putAll(entries));
    return next;
  }

  private TestOutputTopic<byte[], byte[]> changelog(String store) {
    ByteArrayDeserializer read = new ByteArrayDeserializer();
    return driver.createOutputTopic("test-" + store + "-changelog", read, read);
  }

  private KeyValueStore<byte[], byte[]> store(String name) {
    return driver.getKeyValueStore(name);
  }

  /** Appends the events to the log at the time. */
  void at(Instant appended, Events... more) {
    for (Events event : more) {
      append(appended, event.build());
    }
  }

  void append(Instant appended, UsageEvent event) {
    append(appended, event, false);
  }

  void append(Instant appended, UsageEvent event, boolean spread) {
    raw(
        appended,
        event.recordKey(spread).getBytes(StandardCharsets.UTF_8),
        EventCodec.USAGE_EVENTS.encode(event),
        "1");
  }

  void raw(Instant appended, byte @Nullable [] key, byte @Nullable [] value, String version) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(Headers.SCHEMA_VERSION, version.getBytes(StandardCharsets.UTF_8));
    headers.add("traceparent", "t".getBytes(StandardCharsets.UTF_8));
    events.pipeInput(new TestRecord<>(key, value, headers, appended));
  }

  /** Lets the publishing come due. */
  void publish() {
    // twice: what was added up elsewhere comes to its cell with the first
    driver.advanceWallClockTime(Duration.ofSeconds(1));
    driver.advanceWallClockTime(Duration.ofSeconds(1));
    for (TestRecord<byte[], byte[]> record : totals.readRecordsToList()) {
      published++;
      UsageTotal total = decode(record);
      UsageTotal before = newest.put(new String(record.key(), StandardCharsets.UTF_8), total);
      if (before != null && before.version() >= total.version()) {
        throw new AssertionError("the version of " + total.cell() + " did not grow");
      }
    }
  }

  /** The newest counts of each tenant and hour, by their key. */
  Map<String, UsageCounts> counts() {
    publish();
    for (TestRecord<byte[], byte[]> record : counts.readRecordsToList()) {
      newestCounts.put(new String(record.key(), StandardCharsets.UTF_8), decodeCounts(record));
    }
    return newestCounts;
  }

  private static UsageCounts decodeCounts(TestRecord<byte[], byte[]> record) {
    byte[] version = record.headers().lastHeader(Headers.SCHEMA_VERSION).value();
    return switch (EventCodec.USAGE_COUNTS.decode(record.value(), version)) {
      case Decoded.Value<UsageCounts>(UsageCounts value) -> value;
      case Decoded.Newer<UsageCounts> newer -> throw new AssertionError(newer);
      case Decoded.Undecodable<UsageCounts> bad -> throw new AssertionError(bad);
    };
  }

  private static UsageTotal decode(TestRecord<byte[], byte[]> record) {
    Header version = record.headers().lastHeader(Headers.SCHEMA_VERSION);
    return switch (EventCodec.USAGE_TOTALS.decode(record.value(), version.value())) {
      case Decoded.Value<UsageTotal>(UsageTotal total) -> total;
      case Decoded.Newer<UsageTotal> newer -> throw new AssertionError(newer);
      case Decoded.Undecodable<UsageTotal> bad -> throw new AssertionError(bad);
    };
  }

  /** The newest total of each cell, by its key. */
  Map<String, UsageTotal> totals() {
    publish();
    return newest;
  }

  /** How many records went to usage.totals. */
  int published() {
    return published;
  }

  List<TestRecord<byte[], byte[]>> late() {
    return late.readRecordsToList();
  }

  List<TestRecord<byte[], byte[]>> deadLetters() {
    return deadLetters.readRecordsToList();
  }

  double counted(String result) {
    return registry.find("parley.usage.events").tag("result", result).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  @Override
  public void close() {
    driver.close();
  }
}
