package dev.parley.worker.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.infra.EmbeddedInfrastructure;
import dev.parley.infra.InfrastructureSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** Engines on a real broker; all of a group share one workload, which sees two turns at once. */
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EngineIT {

  private static final int PARTITIONS = 6;

  private static final EmbeddedInfrastructure infrastructure =
      new EmbeddedInfrastructure(InfrastructureSettings.throwaway());

  private final FakeWorkload workload = new FakeWorkload();
  private final List<Engine<String>> engines = new ArrayList<>();
  private final Map<String, Integer> sent = new HashMap<>();
  private final String topic = "work-" + UUID.randomUUID();

  @BeforeAll
  static void startInfrastructure() {
    infrastructure.start();
  }

  @AfterAll
  static void stopInfrastructure() {
    infrastructure.close();
  }

  @BeforeEach
  void createTopic() throws Exception {
    try (Admin admin = Admin.create(servers())) {
      admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
      // A producer that comes before the leaders are there may lose its sequence for minutes.
      Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
      for (int i = 0; i < PARTITIONS; i++) {
        partitions.put(new TopicPartition(topic, i), OffsetSpec.latest());
      }
      eventually(() -> admin.listOffsets(partitions).all().get());
    }
  }

  @AfterEach
  void closeEngines() {
    engines.forEach(Engine::close);
    engines.forEach(Engine::checkInvariants);
    assertThat(workload.violations).isEmpty();
  }

  @Test
  @Order(1)
  void lanesKeepTheirOrderWhileEnginesComeAndGo() throws Exception {
    workload.performance =
        (record, tries) -> {
          Thread.sleep(ThreadLocalRandom.current().nextInt(20));
          return ThreadLocalRandom.current().nextInt(50) == 0
              ? new Step.RetryAfter(Duration.ofMillis(10), "sometimes")
              : new Step.Done();
        };
    start(Map.of());
    Engine<String> leaving = start(Map.of());
    send(6_000, 200);
    eventually(() -> assertThat(workload.doneCount()).isGreaterThan(1_500));
    leaving.close();
    assertThat(workload.doneCount()).isLessThan(6_000);
    assertThat(members()).as("who closes leaves at once").isEqualTo(1);
    start(Map.of());
    send(2_000, 200);
    assertAllDoneInOrder();
  }

  /** Many times what the engine may hold, in one partition. */
  @Test
  @Order(2)
  void aTenantIsNotDelayedByAnothersBacklogAheadOfItInThePartition() throws Exception {
    int backlog = Integer.getInteger("backlog", 200_000);
    workload.performance =
        (record, tries) -> {
          Thread.sleep(1);
          return new Step.Done();
        };
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (int i = 0; i < backlog; i++) {
        Future<?> _ = send(producer, 0, "noisy/" + i % 1_000);
      }
      producer.flush();
      Engine<String> engine = start(Map.of());
      List<Long> millis = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        long began = System.nanoTime();
        send(producer, 0, "quiet/a").get();
        int wanted = i + 1;
        await()
            .pollInterval(Duration.ofMillis(1))
            .atMost(Duration.ofMinutes(1))
            .until(() -> workload.done.getOrDefault("quiet/a", List.of()).size() == wanted);
        millis.add((System.nanoTime() - began) / 1_000_000);
      }
      int left = backlog + 20 - workload.doneCount();
      System.out.println("quiet turns took " + millis + " ms, " + left + " left of the noisy");
      assertThat(left).isGreaterThan(backlog / 2);
      assertThat(engine.status().deferred()).isPositive();
      // All but the first, which waits for the backlog to be read over once.
      assertThat(millis.subList(1, 20)).allMatch(each -> each < 250);
    }
    workload.performance = (record, tries) -> new Step.Done();
    assertAllDoneInOrder();
  }

  @Test
  @Order(3)
  void longTurnsDoNotCostTheMembership() throws Exception {
    Duration turn = Duration.ofSeconds(Integer.getInteger("turn.seconds", 5));
    AtomicInteger performances = new AtomicInteger();
    workload.performance =
        (record, tries) -> {
          performances.incrementAndGet();
          Thread.sleep(turn);
          return new Step.Done();
        };
    Engine<String> engine =
        start(Map.of("max.poll.interval.ms", Math.toIntExact(turn.toMillis() * 2 / 5)));
    send(20, 20);
    assertAllDoneInOrder();
    assertThat(performances).hasValue(20);
    assertThat(engine.status().totals().dropped()).isZero();
  }

  /** The last one: a broker that was started again may take a while to find its feet. */
  @Test
  @Order(4)
  void aBrokerThatGoesAwayIsWaitedForAndNamed() throws Exception {
    workload.performance =
        (record, tries) -> {
          Thread.sleep(5);
          return new Step.Done();
        };
    Engine<String> engine = start(Map.of());
    send(4_000, 50);
    eventually(() -> assertThat(workload.doneCount()).isGreaterThan(500));
    infrastructure.kafka().stop();
    try {
      eventually(() ->
          assertThat(engine.status().state()).isInstanceOf(EngineStatus.State.Recovering.class));
    } finally {
      infrastructure.kafka().start();
    }
    assertAllDoneInOrder();
    eventually(
        () -> assertThat(engine.status().state()).isEqualTo(new EngineStatus.State.Running()));
    send(100, 50);
    assertAllDoneInOrder();
  }

  /** At least once: what comes again has been done before, and nothing is skipped. */
  private void assertAllDoneInOrder() {
    eventually(() -> {
      for (Map.Entry<String, Integer> lane : sent.entrySet()) {
        assertThat(workload.done.getOrDefault(lane.getKey(), List.of()))
            .contains(String.valueOf(lane.getValue() - 1));
      }
    });
    eventually(() -> assertThat(committed()).as(this::describe).isEqualTo(total()));
    workload.done.forEach((lane, values) -> {
      int next = 0;
      for (String value : List.copyOf(values)) {
        int number = Integer.parseInt(value);
        assertThat(number).as(lane).isLessThanOrEqualTo(next);
        next = Math.max(next, number + 1);
      }
      assertThat(next).as(lane).isEqualTo(sent.get(lane));
    });
    System.out.println(
        "%d records, performed again: %d".formatted(total(), workload.doneCount() - total()));
  }

  private String describe() {
    return engines.stream().map(engine -> engine.status().toString()).collect(joining("\n"));
  }

  private int total() {
    return sent.values().stream().mapToInt(Integer::intValue).sum();
  }

  private long committed() throws Exception {
    try (Admin admin = Admin.create(servers())) {
      return admin
          .listConsumerGroupOffsets(topic)
          .partitionsToOffsetAndMetadata()
          .get()
          .values()
          .stream()
          .mapToLong(OffsetAndMetadata::offset)
          .sum();
    }
  }

  private int members() throws Exception {
    try (Admin admin = Admin.create(servers())) {
      return admin.describeConsumerGroups(List.of(topic)).all().get().get(topic).members().size();
    }
  }

  private Engine<String> start(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(servers());
    all.putAll(EngineConfig.consumerSettings());
    all.put("group.id", topic);
    all.putAll(settings);
    Engine<String> engine =
        new Engine<>(
            EngineConfig.forTopic(topic)
                .with(new EngineConfig.Bounds(200, 200, 1_000, 1 << 20))
                .with(
                    new EngineConfig.Times(
                        Duration.ofMillis(50), Duration.ofSeconds(30), Duration.ofSeconds(30))),
            new Consumers() {
              @Override
              public Consumer<byte[], byte[]> member() {
                return new KafkaConsumer<>(all);
              }

              @Override
              public Consumer<byte[], byte[]> rereader() {
                return new KafkaConsumer<>(all);
              }
            },
            workload,
            workload::bury,
            TenantPolicy.equal());
    engines.add(engine);
    engine.start();
    return engine;
  }

  /** Skewed: a few lanes get most of it. Values count up from 0 in each lane. */
  private void send(int records, int lanes) throws Exception {
    Random random = Seeds.random();
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      List<Future<?>> acknowledged = new ArrayList<>();
      for (int i = 0; i < records; i++) {
        double skewed = random.nextDouble() * random.nextDouble() * random.nextDouble();
        int lane = records == lanes ? i : (int) (skewed * lanes);
        String key = "t" + lane % 5 + "/" + lane;
        acknowledged.add(send(producer, null, key));
      }
      for (Future<?> future : acknowledged) {
        future.get();
      }
    }
  }

  private static KafkaProducer<byte[], byte[]> producer() {
    Map<String, Object> settings = new HashMap<>(servers());
    settings.put("key.serializer", ByteArraySerializer.class);
    settings.put("value.serializer", ByteArraySerializer.class);
    settings.put("linger.ms", 1);
    return new KafkaProducer<>(settings);
  }

  private Future<?> send(
      KafkaProducer<byte[], byte[]> producer, @Nullable Integer partition, String key) {
    int value = sent.merge(key, 1, Integer::sum) - 1;
    return producer.send(
        new ProducerRecord<>(
            topic, partition, key.getBytes(UTF_8), String.valueOf(value).getBytes(UTF_8)));
  }

  private static Map<String, Object> servers() {
    return Map.of("bootstrap.servers", infrastructure.kafkaBootstrapServers());
  }

  private static void eventually(ThrowingRunnable assertion) {
    await()
        .ignoreExceptions()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(assertion);
  }
}
