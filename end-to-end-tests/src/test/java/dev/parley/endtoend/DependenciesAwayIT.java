package dev.parley.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.endtoend.rig.ApiClient;
import dev.parley.endtoend.rig.ApiClient.Answer;
import dev.parley.endtoend.rig.Load;
import dev.parley.endtoend.rig.Pipeline;
import dev.parley.endtoend.rig.Services;
import dev.parley.endtoend.rig.Until;
import dev.parley.infra.EmbeddedInfrastructure;
import dev.parley.infra.InfrastructurePart;
import dev.parley.infra.InfrastructureSettings;
import dev.parley.runtime.Components;
import dev.parley.runtime.Health;
import dev.parley.schemas.JobStatus;
import dev.parley.testkit.guarantees.History;
import dev.parley.testkit.guarantees.History.Accepted;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * What the pipeline stands on goes away under load and comes back. Always on embedded services: no
 * others can be taken away by a test. {@code -Daway.seconds=60} leaves it away for longer, with as
 * much more load.
 */
@TestInstance(Lifecycle.PER_CLASS)
final class DependenciesAwayIT {

  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** For health to tell of what has happened: more than the longest probe takes. */
  private static final Duration SOON = Duration.ofSeconds(30);

  private static final int SHORT = 10;
  private static final Duration AWAY =
      Duration.ofSeconds(Integer.getInteger("away.seconds", SHORT));
  private static final int SESSIONS = 8;
  private static final int MESSAGES = Math.toIntExact(40 * AWAY.toSeconds() / SHORT);

  private final EmbeddedInfrastructure infrastructure =
      new EmbeddedInfrastructure(InfrastructureSettings.throwaway());
  private Pipeline pipeline;
  private Components worker;

  @BeforeAll
  void start() throws Exception {
    infrastructure.start();
    pipeline =
        Pipeline.start(
            new Services(
                infrastructure.kafkaBootstrapServers(),
                infrastructure.databaseUrl(),
                infrastructure.redisUrl()),
            Stage.DIRECTORY);
    worker = pipeline.workerHere();
  }

  @AfterAll
  void stop() {
    try (infrastructure) {
      if (pipeline != null) {
        pipeline.close();
      }
    }
  }

  @Test
  void without_redis_turns_go_on_and_nothing_is_lost() throws Exception {
    ApiClient client = pipeline.client("redis");
    try (Load load = Load.withoutKeys()) {
      load.start(
          client, Load.sessions("r", SESSIONS), MESSAGES, "latency=20ms", Duration.ofMillis(50));
      awaitEnded(client, SESSIONS);
      whileAway(
          infrastructure.redis(),
          () -> {
            // not only what had begun
            awaitEnded(client, pipeline.ended(client) + 10L * SESSIONS);
            assertThat(causes()).as("nothing waits for Redis").isEmpty();
          });
      assertAllCompleted(load);
      assertThat(load.unavailable()).as("answers of 503").isZero();
    }
  }

  @Test
  void without_postgres_the_worker_waits_and_goes_on_by_itself() throws Exception {
    ApiClient client = pipeline.client("postgres");
    try (Load load = Load.withoutKeys()) {
      load.start(
          client, Load.sessions("p", SESSIONS), MESSAGES, "latency=20ms", Duration.ofMillis(300));
      awaitEnded(client, SESSIONS);
      whileAway(
          infrastructure.postgres(),
          () -> {
            awaitCause("postgres", "");
            Answer read = client.get("/sessions/p-0");
            assertThat(read.status()).as("%s", read).isEqualTo(503);
            assertThat(read.header("retry-after")).isNotNull();
            Answer sent =
                client.post("/sessions/p-unknown/message", Map.of("content", "anyone there?"));
            assertThat(sent.status()).as("%s", sent).isEqualTo(503);
            assertThat(sent.header("retry-after")).isNotNull();
          });
      assertAllCompleted(load);
    }
  }

  @Test
  void without_kafka_nothing_is_accepted_and_all_goes_on_afterwards() throws Exception {
    ApiClient client = pipeline.client("kafka");
    try (Load load = Load.withKeys()) {
      load.start(
          client, Load.sessions("q", SESSIONS), MESSAGES, "latency=20ms", Duration.ofMillis(300));
      awaitEnded(client, SESSIONS);
      whileAway(
          infrastructure.kafka(),
          () -> {
            awaitCause("conversation-worker", "no connection to Kafka");
            Answer answer = client.message("q-other", "anyone there?");
            assertThat(answer.status()).as("%s", answer).isEqualTo(503);
            assertThat(answer.header("retry-after")).isNotNull();
          });
      History history = assertAllCompleted(load);
      assertThat(load.unavailable()).as("answers of 503").isPositive();
      // What was refused and had been written all the same is the same job when it is sent again.
      assertThat(history.jobs()).hasSize(SESSIONS * MESSAGES);
    }
  }

  private interface Look {
    void around() throws Exception;
  }

  private static void whileAway(InfrastructurePart part, Look look) throws Exception {
    long began = System.nanoTime();
    part.stop();
    try {
      look.around();
      long passed = System.nanoTime() - began;
      Thread.sleep(Math.max(0, AWAY.toMillis() - passed / 1_000_000));
    } finally {
      part.start();
    }
  }

  /** What keeps the worker from being ready, by component. */
  private Map<String, String> causes() {
    Map<String, String> causes = new HashMap<>();
    worker
        .check()
        .forEach((component, health) -> {
          if (health instanceof Health.Down(String cause)) {
            causes.put(component, cause);
          }
        });
    return causes;
  }

  /**
   * @param text part of the cause
   */
  private void awaitCause(String component, String text) throws InterruptedException {
    long began = System.nanoTime();
    Until.isTrue(
        SOON,
        component + " names " + text,
        () -> causes().containsKey(component) && causes().get(component).contains(text));
    System.out.printf(
        "named after %.1f s: %s%n", (System.nanoTime() - began) / 1e9, causes().get(component));
  }

  private void awaitEnded(ApiClient client, long count) throws InterruptedException {
    Until.isTrue(LIMIT, count + " jobs have ended", () -> pipeline.ended(client) >= count);
  }

  private History assertAllCompleted(Load load) throws Exception {
    List<Accepted> accepted = load.finish();
    assertThat(accepted).hasSize(SESSIONS * MESSAGES);
    Until.isTrue(SOON, "the worker is well again", () -> causes().isEmpty());
    History history = pipeline.awaitKept(LIMIT, accepted);
    assertThat(history.jobs()).allMatch(job -> job.status() == JobStatus.COMPLETED);
    System.out.printf(
        "%s away: %d answers of 503, %s%n",
        accepted.getFirst().session().tenantId().value().replaceAll(".*-", ""),
        load.unavailable(),
        history.summary());
    return history;
  }
}
