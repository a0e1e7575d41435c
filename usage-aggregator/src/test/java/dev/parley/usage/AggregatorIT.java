package dev.parley.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
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
  private final SplittableRandom random;
  private final long seed = Long.getLong("seed", System.nanoTime());
  private Stores stores;
  private UsageTraffic traffic;

  AggregatorIT(TestInfrastructure infrastructure) {
    this.infrastructure = infrastructure;
    this.kafka = KafkaSettings.of(infrastructure.kafkaBootstrapServers());
    this.run = infrastructure.uniqueName("usage");
    this.random = new SplittableRandom(seed);
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
    traffic = new UsageTraffic(run, kafka, stores, random);
  }

  @AfterEach
  void close() {
    traffic.close();
    stores.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "streams"})
  void totalsAreExactThoughTheProcessIsKilledAgainAndAgain(String groupProtocol) throws Exception {
    System.out.println("AggregatorIT -Dseed=" + seed);
    environment.put("AGGREGATOR_GROUP_PROTOCOL", groupProtocol);
    environment.put("AGGREGATOR_THREADS", "2");
    for (int round = 0; round < 3; round++) {
      AggregatorProcess process = aggregator();
      // A second one joins, takes over a part, and leaves it again.
      AggregatorProcess second = round == 1 ? otherAggregator() : null;
      traffic.send(2_000);
      if (round > 0) {
        await().atMost(PATIENCE).until(() -> !traffic.totals().isEmpty());
      }
      Thread.sleep(random.nextInt(2_000));
      if (second != null) {
        second.close();
      }
      process.kill();
      traffic.send(500);
    }
    // Once with the state lost, so that it has to be read back from Kafka.
    delete(directory.resolve("state"));
    Map<String, String> expected = traffic.expectedTotals();
    try (AggregatorProcess process = aggregator()) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(traffic.totals()).as("seed %s", seed).isEqualTo(expected));
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(traffic.counts()).isEqualTo(traffic.expectedCounts()));
    }
    assertThat(traffic.totals()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "streams"})
  void anInstanceIsKilledAndItsStandbyGoesOn(String groupProtocol) throws Exception {
    System.out.println("AggregatorIT -Dseed=" + seed);
    environment.put("AGGREGATOR_GROUP_PROTOCOL", groupProtocol);
    environment.put("AGGREGATOR_STANDBY_REPLICAS", "1");
    if (groupProtocol.equals("streams")) {
      setStandbyReplicasOfTheGroup();
    }
    AggregatorProcess process = aggregator();
    try (AggregatorProcess other = otherAggregator()) {
      traffic.send(3_000);
      Path states = directory.resolve("state").resolve(run);
      Path otherStates = directory.resolve("other-state").resolve(run);
      // both hold the state of all six partitions, as owner or as standby
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            assertThat(tasksWith("rocksdb/cells", states)).hasSize(6);
            assertThat(tasksWith("rocksdb/cells", otherStates)).hasSize(6);
            assertThat(tasksWith("seen-ids", states))
                .isNotEmpty()
                .isEqualTo(tasksWith("seen-ids", otherStates));
          });
      traffic.sendOn(2_000);
      process.kill();
      traffic.send(2_000);
      Map<String, String> expected = traffic.expectedTotals();
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(traffic.totals()).as("seed %s", seed).isEqualTo(expected));
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(traffic.counts()).isEqualTo(traffic.expectedCounts()));
    } finally {
      process.kill();
    }
  }

  private void setStandbyReplicasOfTheGroup() throws Exception {
    try (Admin admin = Admin.create(kafka.common("test-admin"))) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.GROUP, run),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("streams.num.standby.replicas", "1"),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  /** The tasks of which there is something in that folder. */
  private static Set<String> tasksWith(String folder, Path states) throws IOException {
    if (!Files.exists(states)) {
      return Set.of();
    }
    try (Stream<Path> tasks = Files.list(states)) {
      return tasks
          .filter(task -> {
            String[] content = task.resolve(folder).toFile().list();
            return content != null && content.length > 0;
          })
          .map(task -> String.valueOf(task.getFileName()))
          .collect(Collectors.toSet());
    }
  }

  @Test
  void anEventIsSeenInTheTotalsWithinTwoSecondsWhenIdle() throws Exception {
    try (AggregatorProcess process = aggregator()) {
      traffic.sendOne("warm-up");
      await().atMost(PATIENCE).until(() -> traffic.requests() == 1);
      List<Long> waits = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int expected = i + 2;
        long begin = System.nanoTime();
        traffic.sendOne("idle-" + i);
        await()
            .pollInterval(Duration.ofMillis(20))
            .atMost(PATIENCE)
            .until(() -> traffic.requests() == expected);
        waits.add((System.nanoTime() - begin) / 1_000_000);
      }
      System.out.println("AggregatorIT: event to total, ms: " + waits);
      assertThat(waits.stream().sorted().toList().get(2)).isLessThan(2_000);
    }
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
