package dev.parley.usage.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.runtime.Health;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageCounts;
import dev.parley.schemas.UsageTotal;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import dev.parley.usage.FakeUsageStore;
import dev.parley.usage.topology.Events;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The sink on a real broker, with a store that can be away. */
@UsesInfrastructure
final class TotalsSinkIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final FakeUsageStore store = new FakeUsageStore();
  private final KafkaSettings kafka;
  private final String group;
  private final UsageTotal.Cell cell;
  private final TopicSetup topics = new TopicSetup(6, 0);
  private KafkaProducer<byte[], byte[]> producer;
  private TotalsSink sink;

  TotalsSinkIT(TestInfrastructure infrastructure) {
    kafka = KafkaSettings.of(infrastructure.kafkaBootstrapServers());
    group = infrastructure.uniqueName("sink");
    cell = new UsageTotal.Cell(new TenantId(group), Events.NOON, "openai", "gpt-5");
  }

  @BeforeEach
  void open() throws Exception {
    sink = new TotalsSink(group, store, store, kafka, topics);
    sink.start();
    producer = new KafkaProducer<>(kafka.producer("test"));
  }

  @AfterEach
  void close() {
    sink.close();
    producer.close();
  }

  @Test
  void theNewestTotalOfACellIsWritten() throws Exception {
    for (int version = 1; version <= 200; version++) {
      send(version);
    }
    awaitVersion(200);
    assertThat(store.writes()).isLessThan(200);
    assertThat(sink.check()).isEqualTo(Health.UP);
  }

  @Test
  void whileTheStoreIsAwayItWaitsAndThenLosesNothing() throws Exception {
    send(1);
    awaitVersion(1);
    store.setAway(true);
    send(2);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(sink.check())
                .isInstanceOfSatisfying(
                    Health.Down.class, down -> assertThat(down.cause()).contains("PostgreSQL")));
    send(3);
    store.setAway(false);
    awaitVersion(3);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(sink.check()).isEqualTo(Health.UP));
  }

  @Test
  void whatWasNotWrittenBeforeAStopIsWrittenAfterIt() throws Exception {
    send(1);
    awaitVersion(1);
    store.setAway(true);
    send(2);
    await().atMost(PATIENCE).until(() -> sink.check() instanceof Health.Down);
    sink.close();
    store.setAway(false);
    sink = new TotalsSink(group, store, store, kafka, topics);
    sink.start();
    awaitVersion(2);
  }

  @Test
  void countsAreWrittenToo() throws Exception {
    UsageCounts counts = new UsageCounts(new TenantId(group), Events.NOON, 3, 10, 5, 2, 2, 1);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.USAGE_COUNTS,
            group.getBytes(StandardCharsets.UTF_8),
            EventCodec.USAGE_COUNTS.encode(counts));
    record.headers().add(Headers.SCHEMA_VERSION, EventCodec.USAGE_COUNTS.versionHeader());
    producer.send(record).get();
    await().atMost(PATIENCE).until(() -> store.counts().contains(counts));
  }

  @Test
  void aTotalThatCannotBeReadIsPassedOver() throws Exception {
    ProducerRecord<byte[], byte[]> broken =
        new ProducerRecord<>(
            Topics.USAGE_TOTALS, "x".getBytes(StandardCharsets.UTF_8), new byte[] {1});
    producer.send(broken).get();
    send(1);
    awaitVersion(1);
  }

  private void awaitVersion(long version) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(store.totals())
                .hasEntrySatisfying(cell, total -> assertThat(total.version()).isEqualTo(version)));
  }

  private void send(long version) throws Exception {
    UsageTotal total = new UsageTotal(cell, version, version, 1, 2, 3, 4, 5, BigDecimal.TEN, 0, 0);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.USAGE_TOTALS,
            group.getBytes(StandardCharsets.UTF_8),
            EventCodec.USAGE_TOTALS.encode(total));
    record.headers().add(Headers.SCHEMA_VERSION, EventCodec.USAGE_TOTALS.versionHeader());
    producer.send(record).get();
  }
}
