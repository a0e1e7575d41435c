package dev.parley.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.endtoend.rig.ApiClient;
import dev.parley.endtoend.rig.Load;
import dev.parley.endtoend.rig.Pipeline;
import dev.parley.endtoend.rig.Until;
import dev.parley.endtoend.rig.WorkerProcess;
import dev.parley.schemas.JobStatus;
import dev.parley.simulator.calls.CallOutcome;
import dev.parley.testkit.guarantees.History;
import dev.parley.testkit.guarantees.History.Accepted;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Two workers share the load, and one of them goes. */
@UsesInfrastructure
@TestInstance(Lifecycle.PER_CLASS)
final class TwoWorkersIT {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int SESSIONS = 24;
  private static final int MESSAGES = 12;
  private static final String CALLS = "latency=100ms..300ms rate=200/s";

  private Pipeline pipeline;
  private WorkerProcess staying;

  @BeforeAll
  void start(TestInfrastructure infrastructure) throws Exception {
    pipeline = Stage.pipeline(infrastructure);
    staying = pipeline.launchWorker();
  }

  @AfterAll
  void stop() {
    if (pipeline != null) {
      pipeline.close();
    }
  }

  @Test
  void a_killed_worker_s_share_goes_to_the_other_one() throws Exception {
    ApiClient client = pipeline.client("killed");
    try (WorkerProcess leaving = pipeline.workerProcess();
        Load load = Load.withoutKeys()) {
      List<Accepted> accepted = shareUntilHalf(client, leaving, load, "k", leaving::kill);

      History history = pipeline.awaitKept(LIMIT, accepted);
      assertAllCompleted(history, accepted);
      System.out.println("One of two workers killed: " + history.summary());
    }
  }

  @Test
  void a_worker_that_is_told_to_stop_ends_its_calls_and_hands_over() throws Exception {
    ApiClient client = pipeline.client("stopped");
    try (WorkerProcess leaving = pipeline.workerProcess();
        Load load = Load.withoutKeys()) {
      List<Accepted> accepted =
          shareUntilHalf(
              client,
              leaving,
              load,
              "t",
              () -> assertThat(leaving.stop()).as("exit code after SIGTERM").isEqualTo(143));

      History history = pipeline.awaitKept(LIMIT, accepted);
      assertAllCompleted(history, accepted);
      assertThat(history.calls())
          .as("no call was cut off or made twice")
          .hasSize(accepted.size())
          .allMatch(call -> call.outcome() == CallOutcome.COMPLETED);
      System.out.println("One of two workers stopped: " + history.summary());
    }
  }

  private interface Departure {
    void happen() throws Exception;
  }

  private List<Accepted> shareUntilHalf(
      ApiClient client, WorkerProcess leaving, Load load, String prefix, Departure departure)
      throws Exception {
    staying.awaitReady();
    pipeline.awaitBusyWorkers(2);
    long before = staying.completedTurns();
    load.start(client, Load.sessions(prefix, SESSIONS), MESSAGES, CALLS);
    Until.isTrue(
        LIMIT,
        "both workers have completed turns, and a third is done",
        () ->
            leaving.completedTurns() > 0
                && staying.completedTurns() > before
                && pipeline.ended(client) >= SESSIONS * MESSAGES / 3);
    departure.happen();
    assertThat(pipeline.ended(client))
        .as("turns done when one left")
        .isLessThan(SESSIONS * MESSAGES);
    return load.finish();
  }

  private static void assertAllCompleted(History history, List<Accepted> accepted) {
    assertThat(accepted).hasSize(SESSIONS * MESSAGES);
    assertThat(history.jobs())
        .hasSize(accepted.size())
        .allMatch(job -> job.status() == JobStatus.COMPLETED);
    assertThat(history.ledger()).hasSize(accepted.size());
    assertThat(history.messages()).hasSize(2 * accepted.size());
  }
}
