package dev.parley.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.UsageAudit.HourAudit;
import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.UsageStore.UsageSum;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import dev.parley.usage.topology.Events;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The aggregator as a process on real services. */
@UsesInfrastructure
final class AggregatorIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path directory;
  private final TestInfrastructure infrastructure;
  private final KafkaSettings kafka;
  private final String run;
  private final Map<String, String> environment = new HashMap<>();
  private final List<Future<RecordMetadata>> sent = new ArrayList<>();
  private Stores stores;
  private KafkaProducer<byte[], byte[]> producer;

  AggregatorIT(TestInfrastructure infrastructure) {
    this.infrastructure = infrastructure;
    this.kafka = KafkaSettings.of(infrastructure.kafkaBootstrapServers());
    this.run = infrastructure.uniqueName("usage");
  }

  @BeforeEach
  void open() throws InterruptedException {
    environment.put("KAFKA_BOOTSTRAP_SERVERS", infrastructure.kafkaBootstrapServers());
    environment.put("DATABASE_URL", infrastructure.freshDatabase());
    environment.put("AGGREGATOR_APPLICATION_ID", run);
    environment.put("STATE_DIR", directory.resolve("state").toString());
    environment.put("EXPORT_DIR", directory.resolve("exports").toString());
    environment.put("TOPIC_PARTITIONS", "6");
    new TopicSetup(6, 0).ensure(kafka);
    stores =
        new Stores(StoreConfig.fromEnv(environment, Scope.SERVICE, 2), null, Clock.systemUTC());
    stores.start();
    producer = new KafkaProducer<>(kafka.producer("test"));
  }

  @AfterEach
  void close() {
    producer.close();
    stores.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "streams"})
  void totalsAreExactThoughTheProcessIsKilledAgainAndAgain(String groupProtocol) throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("AggregatorIT -Dseed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    environment.put("AGGREGATOR_GROUP_PROTOCOL", groupProtocol);
    environment.put("AGGREGATOR_THREADS", "2");
    List<UsageEvent> raw = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      AggregatorProcess process = aggregator();
      // A second one joins, takes over a part, and leaves it again.
      AggregatorProcess second = round == 1 ? otherAggregator() : null;
      send(raw, random, 2_000);
      int before = raw.size();
      if (round > 0) {
        await().atMost(PATIENCE).until(() -> !totals().isEmpty());
      }
      Thread.sleep(random.nextInt(2_000));
      if (second != null) {
        second.close();
      }
      process.kill();
      send(raw, random, 500);
      assertThat(raw).hasSizeGreaterThan(before);
    }
    // Once with the state lost, so that it has to be read back from Kafka.
    delete(directory.resolve("state"));
    Map<String, String> expected = recompute(raw);
    try (AggregatorProcess process = aggregator()) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(totals()).as("seed %s", seed).isEqualTo(expected));
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(counts()).isEqualTo(expectedCounts(raw)));
    }
    assertThat(totals()).isEqualTo(expected);
  }

  @Test
  void anEventIsSeenInTheTotalsWithinTwoSecondsWhenIdle() throws Exception {
    try (AggregatorProcess process = aggregator()) {
      send(event("warm-up", Instant.now()));
      await().atMost(PATIENCE).until(() -> requests() == 1);
      List<Long> waits = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int expected = i + 2;
        long begin = System.nanoTime();
        send(event("idle-" + i, Instant.now()));
        await()
            .pollInterval(Duration.ofMillis(20))
            .atMost(PATIENCE)
            .until(() -> requests() == expected);
        waits.add((System.nanoTime() - begin) / 1_000_000);
      }
      System.out.println("AggregatorIT: event to total, ms: " + waits);
      assertThat(waits.stream().sorted().toList().get(2)).isLessThan(2_000);
    }
  }

  /** Of the tenants of this run: records read, events added, further copies. */
  private List<Long> counts() {
    long read = 0;
    long added = 0;
    long duplicate = 0;
    Instant now = Instant.now().truncatedTo(ChronoUnit.HOURS);
    for (HourAudit hour :
        stores.audit().audit(null, now.minus(Duration.ofHours(40)), now.plusSeconds(3600))) {
      if (hour.tenantId() != null && hour.tenantId().value().startsWith(run + "-")) {
        assertThat(hour.counts().isComplete()).isTrue();
        assertThat(hour.counts().added()).isEqualTo(hour.totals().eventCount());
        read += hour.counts().read();
        added += hour.counts().added();
        duplicate += hour.counts().duplicate();
      }
    }
    return List.of(read, added, duplicate);
  }

  private static List<Long> expectedCounts(List<UsageEvent> raw) {
    long unique = raw.stream().map(UsageEvent::eventId).distinct().count();
    return List.of((long) raw.size(), unique, raw.size() - unique);
  }

  private AggregatorProcess otherAggregator() throws IOException {
    Map<String, String> other = new HashMap<>(environment);
    other.put("STATE_DIR", directory.resolve("other-state").toString());
    other.put("EXPORT_DIR", "none");
    return AggregatorProcess.start(other, directory.resolve("other-aggregator.log"));
  }

  private AggregatorProcess aggregator() throws IOException {
    return AggregatorProcess.start(environment, directory.resolve("aggregator.log"));
  }

  private void send(List<UsageEvent> raw, SplittableRandom random, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      UsageEvent event =
          random.nextInt(5) == 0 && !raw.isEmpty()
              ? raw.get(random.nextInt(raw.size()))
              : random(raw.size(), random);
      raw.add(event);
      send(event);
    }
    acknowledged();
  }

  private void acknowledged() throws Exception {
    producer.flush();
    for (Future<RecordMetadata> future : sent) {
      future.get();
    }
    sent.clear();
  }

  private UsageEvent random(int number, SplittableRandom random) {
    Events event =
        event(run + "-" + number, Instant.now().minus(Duration.ofHours(random.nextInt(30))))
            .tenant(run + "-" + random.nextInt(7))
            .model("model-" + random.nextInt(3))
            .tokens(random.nextInt(10_000))
            .cost(
                random.nextInt(9) == 0
                    ? null
                    : BigDecimal.valueOf(random.nextLong(1L << 40), 15).toPlainString());
    return event.build();
  }

  private Events event(String id, Instant at) {
    return Events.of(id).tenant(run).at(at.truncatedTo(ChronoUnit.MILLIS));
  }

  private void send(Events event) throws Exception {
    send(event.build());
    acknowledged();
  }

  private void send(UsageEvent event) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.USAGE_EVENTS,
            event
                .recordKey(event.tenantId().value().endsWith("3"))
                .getBytes(StandardCharsets.UTF_8),
            EventCodec.USAGE_EVENTS.encode(event));
    record.headers().add(Headers.SCHEMA_VERSION, EventCodec.USAGE_EVENTS.versionHeader());
    sent.add(producer.send(record));
  }

  private long requests() {
    return stores
        .usage()
        .sum(UsageFilter.ofTenant(new TenantId(run)), List.of(), ZoneOffset.UTC)
        .getFirst()
        .requestCount();
  }

  private Map<String, String> totals() {
    Map<String, String> found = new HashMap<>();
    for (UsageSum sum :
        stores
            .usage()
            .sum(
                new UsageFilter(null, null, null, null, null, null, null),
                List.of(UsageDimension.TENANT, UsageDimension.MODEL, UsageDimension.HOUR),
                ZoneOffset.UTC)) {
      String tenant = String.valueOf(sum.group().getFirst());
      if (tenant.startsWith(run + "-")) {
        found.put(
            tenant + " " + sum.group().get(1) + " " + String.valueOf(sum.group().get(2)),
            describe(
                sum.requestCount(),
                sum.inputTokens(),
                sum.outputTokens(),
                sum.reasoningTokens(),
                sum.unpricedRequestCount(),
                sum.costUSD()));
      }
    }
    return found;
  }

  private static Map<String, String> recompute(List<UsageEvent> raw) {
    Map<String, UsageEvent> unique = new HashMap<>();
    raw.forEach(event -> unique.put(event.eventId(), event));
    Map<String, List<UsageEvent>> cells = new HashMap<>();
    for (UsageEvent event : unique.values()) {
      String hour = event.timestamp().toString().substring(0, 13) + ":00:00Z";
      cells
          .computeIfAbsent(
              event.tenantId() + " " + event.model() + " " + hour, key -> new ArrayList<>())
          .add(event);
    }
    Map<String, String> described = new HashMap<>();
    cells.forEach((key, events) ->
        described.put(
            key,
            describe(
                events.size(),
                events.stream().mapToLong(UsageEvent::inputTokens).sum(),
                events.stream().mapToLong(UsageEvent::outputTokens).sum(),
                events.stream().mapToLong(UsageEvent::reasoningTokens).sum(),
                events.stream().filter(event -> event.costUSD() == null).count(),
                events.stream()
                    .filter(event -> event.costUSD() != null)
                    .map(UsageEvent::costUSD)
                    .reduce(BigDecimal.ZERO, BigDecimal::add))));
    return described;
  }

  private static String describe(
      long requests, long input, long output, long reasoning, long unpriced, BigDecimal cost) {
    return requests
        + " "
        + input
        + " "
        + output
        + " "
        + reasoning
        + " "
        + unpriced
        + " "
        + cost.setScale(15).toPlainString();
  }

  private static void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
