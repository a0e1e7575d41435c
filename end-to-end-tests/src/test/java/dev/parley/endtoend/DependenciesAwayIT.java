package dev.parley.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.endtoend.rig.ApiClient;
import dev.parley.endtoend.rig.ApiClient.Answer;
import dev.parley.endtoend.rig.Load;
import dev.parley.endtoend.rig.Pipeline;
import dev.parley.endtoend.rig.Services;
import dev.parley.endtoend.rig.Until;
import dev.parley.endtoend.rig.WorkerProcess;
import dev.parley.infra.EmbeddedInfrastructure;
import dev.parley.infra.InfrastructurePart;
import dev.parley.infra.InfrastructureSettings;
import dev.parley.schemas.JobStatus;
import dev.parley.testkit.guarantees.History;
import dev.parley.testkit.guarantees.History.Accepted;
import java.io.IOException;
import java.time.Duration;
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
  private static final String NO_KAFKA = "no connection to Kafka";

  /** However long it lasts: a few of each connection that breaks, and a few in each half minute. */
  private static final int MOST_LINES = 100;

  private static final int SESSIONS = 8;
  private static final int MESSAGES = Math.toIntExact(40 * AWAY.toSeconds() / SHORT);

  private final EmbeddedInfrastructure infrastructure =
      new EmbeddedInfrastructure(InfrastructureSettings.throwaway());
  private Pipeline pipeline;
  private WorkerProcess worker;

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
    worker = pipeline.workerProcess();
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
          // not only what had begun
          () -> awaitEnded(client, pipeline.ended(client) + 10L * SESSIONS),
          () -> assertThat(worker.causes()).as("nothing waits for Redis").isEmpty());
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
          },
          () -> assertThat(worker.causes()).containsKey("postgres"));
      assertCalledOnce(assertAllCompleted(load));
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
            awaitCause("conversation-worker", NO_KAFKA);
            Answer answer = client.message("q-other", "anyone there?");
            assertThat(answer.status()).as("%s", answer).isEqualTo(503);
            assertThat(answer.header("retry-after")).isNotNull();
          },
          () -> assertThat(worker.causes().get("conversation-worker")).contains(NO_KAFKA));
      History history = assertAllCompleted(load);
      assertThat(load.unavailable()).as("answers of 503").isPositive();
      // What was refused and had been written all the same is the same job when it is sent again.
      assertThat(history.jobs()).hasSize(SESSIONS * MESSAGES);
    }
  }

  private interface Look {
    void around() throws Exception;
  }

  /**
   * Takes it away for as long as was asked for, and gives it back.
   *
   * @param first looked at once it is away
   * @param last looked at right before it comes back
   */
  private void whileAway(InfrastructurePart part, Look first, Look last) throws Exception {
    int written = worker.logged().size();
    long began = System.nanoTime();
    part.stop();
    try {
      first.around();
      long passed = System.nanoTime() - began;
      Thread.sleep(Math.max(0, AWAY.toMillis() - passed / 1_000_000));
      last.around();
    } finally {
      part.start();
    }
    began = System.nanoTime();
    Until.isTrue(SOON, "the worker is well again", () -> worker.causes().isEmpty());
    System.out.printf(
        "%s was away for %d s; the worker well again after %.1f s%n",
        part.name(), AWAY.toSeconds(), (System.nanoTime() - began) / 1e9);
    assertCalm(part, written);
  }

  /** Whoever waits says so now and then, and not with each try. */
  private void assertCalm(InfrastructurePart part, int written) throws Exception {
    assertThat(worker.isAlive()).as("the worker that was there before is there").isTrue();
    List<String> lines = worker.logged();
    List<String> meanwhile = lines.subList(written, lines.size());
    long traces = meanwhile.stream().filter(line -> line.startsWith("\tat ")).count();
    System.out.printf(
        "%s: the worker wrote %d lines, %d of stack traces%n",
        part.name(), meanwhile.size(), traces);
    assertThat(meanwhile).as("written meanwhile").hasSizeLessThan(MOST_LINES);
  }

  /**
   * @param text part of what it tells; empty for anything
   */
  private void awaitCause(String component, String text) throws IOException, InterruptedException {
    long began = System.nanoTime();
    Until.isTrue(
        SOON,
        component + " names " + text,
        () -> {
          String cause = worker.causes().get(component);
          return cause != null && cause.contains(text);
        });
    System.out.printf(
        "named after %.1f s: %s%n", (System.nanoTime() - began) / 1e9, worker.causes());
  }

  private void awaitEnded(ApiClient client, long count) throws InterruptedException {
    Until.isTrue(LIMIT, count + " jobs have ended", () -> pipeline.ended(client) >= count);
  }

  private History assertAllCompleted(Load load) throws Exception {
    List<Accepted> accepted = load.finish();
    assertThat(accepted).hasSize(SESSIONS * MESSAGES);
    History history = pipeline.awaitKept(LIMIT, accepted);
    assertThat(history.jobs()).allMatch(job -> job.status() == JobStatus.COMPLETED);
    System.out.printf(
        "%s away: %d answers of 503, %s%n",
        accepted.getFirst().session().tenantId().value().replaceAll(".*-", ""),
        load.unavailable(),
        history.summary());
    return history;
  }

  /** What was under way waited for its end to be written. */
  private static void assertCalledOnce(History history) {
    assertThat(history.calls()).as("calls").hasSize(history.jobs().size());
  }
}
