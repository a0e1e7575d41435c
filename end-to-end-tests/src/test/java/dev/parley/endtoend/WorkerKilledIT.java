package dev.parley.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.endtoend.rig.ApiClient;
import dev.parley.endtoend.rig.Load;
import dev.parley.endtoend.rig.Pipeline;
import dev.parley.endtoend.rig.Until;
import dev.parley.endtoend.rig.WorkerProcess;
import dev.parley.schemas.JobStatus;
import dev.parley.testkit.guarantees.History;
import dev.parley.testkit.guarantees.History.Accepted;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The only worker is killed between acceptance and completion, and another one takes over. */
@UsesInfrastructure
final class WorkerKilledIT {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int SESSIONS = 12;
  private static final int MESSAGES = 15;

  @Test
  void what_a_killed_worker_left_behind_is_finished_once_and_in_order(
      TestInfrastructure infrastructure) throws Exception {
    try (Pipeline pipeline = Stage.pipeline(infrastructure);
        Load load = Load.withoutKeys()) {
      ApiClient client = pipeline.client("acme");
      WorkerProcess killed = pipeline.workerProcess();
      load.start(client, Load.sessions("s", SESSIONS), MESSAGES, "latency=100ms..300ms rate=200/s");
      Until.isTrue(LIMIT, "some turns are done", () -> pipeline.ended(client) >= 2 * SESSIONS);
      killed.kill();

      // Nobody works, and messages are accepted all the same.
      List<Accepted> accepted = load.finish();
      assertThat(accepted).hasSize(SESSIONS * MESSAGES);
      long endedAtKill = pipeline.ended(client);
      assertThat(endedAtKill).as("turns done before the kill").isLessThan(accepted.size());

      pipeline.workerProcess();
      History history = pipeline.awaitKept(LIMIT, accepted);

      assertThat(history.jobs()).hasSize(accepted.size());
      assertThat(history.jobs()).allMatch(job -> job.status() == JobStatus.COMPLETED);
      assertThat(history.ledger()).hasSize(accepted.size());
      assertThat(history.messages()).hasSize(2 * accepted.size());
      assertThat(pipeline.takenUpAgain(client))
          .as("jobs that the killed worker had taken up")
          .isPositive();
      System.out.printf(
          "Killed after %d of %d turns: %s%n", endedAtKill, accepted.size(), history.summary());
    }
  }
}
