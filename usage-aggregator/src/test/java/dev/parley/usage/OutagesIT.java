package dev.parley.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.infra.EmbeddedInfrastructure;
import dev.parley.infra.InfrastructurePart;
import dev.parley.infra.InfrastructureSettings;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The aggregator as a process while what it needs goes away under load and comes back. */
final class OutagesIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration AWAY = Duration.ofSeconds(8);
  private static final String RUN = "outages";

  @TempDir private Path directory;
  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Map<String, String> environment = new HashMap<>();
  private EmbeddedInfrastructure infrastructure;
  private Stores stores;
  private UsageTraffic traffic;

  @BeforeEach
  void open() throws InterruptedException {
    System.out.println("OutagesIT -Dseed=" + seed);
    infrastructure = new EmbeddedInfrastructure(InfrastructureSettings.throwaway());
    infrastructure.start();
    environment.put("KAFKA_BOOTSTRAP_SERVERS", infrastructure.kafkaBootstrapServers());
    environment.put("DATABASE_URL", infrastructure.databaseUrl());
    environment.put("AGGREGATOR_APPLICATION_ID", RUN);
    environment.put("STATE_DIR", directory.resolve("state").toString());
    environment.put("EXPORT_DIR", "none");
    KafkaSettings kafka = KafkaSettings.of(infrastructure.kafkaBootstrapServers());
    new TopicSetup(4, 0).ensure(kafka);
    stores =
        new Stores(StoreConfig.fromEnv(environment, Scope.SERVICE, 2), null, Clock.systemUTC());
    stores.start();
    traffic = new UsageTraffic(RUN, kafka, stores, new SplittableRandom(seed));
  }

  @AfterEach
  void close() {
    traffic.close();
    stores.close();
    infrastructure.close();
  }

  @Test
  void totalsAreExactThoughPostgresWasAwayUnderLoad() throws Exception {
    List<String> log = outage(infrastructure.postgres());
    assertThat(log)
        .as("a line, and no stack trace")
        .noneMatch(line -> line.startsWith("\tat "))
        .anyMatch(line -> line.contains("msg=\"totals wait\""));
  }

  @Test
  void totalsAreExactThoughKafkaWasAwayUnderLoad() throws Exception {
    outage(infrastructure.kafka());
  }

  /** Takes the part away twice while events keep coming; returns what the aggregator logged. */
  private List<String> outage(InfrastructurePart part) throws Exception {
    Path log = directory.resolve("aggregator.log");
    try (AggregatorProcess process = AggregatorProcess.start(environment, log)) {
      traffic.send(2_000);
      await().atMost(PATIENCE).until(() -> !traffic.totals().isEmpty());
      for (int i = 0; i < 2; i++) {
        // a producer without metadata makes its caller wait
        Thread load = Thread.ofPlatform().start(this::sendForAWhile);
        part.stop();
        Thread.sleep(AWAY);
        part.start();
        load.join();
        traffic.sendOn(1_000);
        traffic.acknowledged();
      }
      Map<String, String> expected = traffic.expectedTotals();
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .untilAsserted(
              () -> assertThat(traffic.totals()).as("seed %s", seed).isEqualTo(expected));
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(traffic.counts()).isEqualTo(traffic.expectedCounts()));
      assertThat(process.isAlive()).isTrue();
    }
    return Files.readAllLines(log);
  }

  private void sendForAWhile() {
    for (int i = 0; i < 100; i++) {
      traffic.sendOn(30);
      LockSupport.parkNanos(50_000_000);
    }
  }
}
