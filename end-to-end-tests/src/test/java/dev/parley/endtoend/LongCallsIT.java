package dev.parley.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.endtoend.rig.ApiClient;
import dev.parley.endtoend.rig.ConsumerGroups.Group;
import dev.parley.endtoend.rig.Load;
import dev.parley.endtoend.rig.Pipeline;
import dev.parley.endtoend.rig.WorkerProcess;
import dev.parley.schemas.JobStatus;
import dev.parley.simulator.calls.CallOutcome;
import dev.parley.testkit.guarantees.History;
import dev.parley.testkit.guarantees.History.Accepted;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Provider calls that take three times as long as a consumer may go without polling. {@code
 * -Dpoll.interval.seconds=10} makes all of it longer.
 */
@UsesInfrastructure
final class LongCallsIT {

  private static final Duration INTERVAL =
      Duration.ofSeconds(Integer.getInteger("poll.interval.seconds", 3));
  private static final Duration CALL = INTERVAL.multipliedBy(3);
  private static final Duration LIMIT = CALL.multipliedBy(6).plusMinutes(1);
  private static final int CALLS_AT_ONCE = 4;

  @Test
  void calls_longer_than_the_poll_interval_never_cost_the_membership(
      TestInfrastructure infrastructure) throws Exception {
    // So few at once and so little room that the worker waits most of the time, with all paused.
    Map<String, String> settings =
        Map.of(
            "KAFKA_MAX_POLL_INTERVAL_MS", Long.toString(INTERVAL.toMillis()),
            "WORKER_REVOKE_GRACE", "1s",
            "WORKER_MAX_IN_FLIGHT", Integer.toString(CALLS_AT_ONCE),
            "WORKER_MAX_BUFFERED", Integer.toString(2 * CALLS_AT_ONCE));
    try (Pipeline pipeline = Stage.pipeline(infrastructure);
        Load load = Load.withoutKeys()) {
      WorkerProcess worker = pipeline.launchWorker(settings).awaitReady();
      pipeline.awaitBusyWorkers(1);
      Group before = pipeline.workers();
      ApiClient client = pipeline.client("patient");
      load.start(
          client, Load.sessions("l", 3 * CALLS_AT_ONCE), 1, "latency=" + CALL.toMillis() + "ms");

      List<Accepted> accepted = load.finish();
      History history = pipeline.awaitKept(LIMIT, accepted);

      assertThat(pipeline.workers()).as("members and epoch of the group").isEqualTo(before);
      assertThat(history.jobs())
          .hasSize(3 * CALLS_AT_ONCE)
          .allMatch(job -> job.status() == JobStatus.COMPLETED && job.attempts() == 1);
      assertThat(history.calls())
          .hasSize(3 * CALLS_AT_ONCE)
          .allMatch(call -> call.outcome() == CallOutcome.COMPLETED);
      assertThat(worker.logged())
          .as("nothing of it is told as a fault")
          .noneMatch(line -> line.contains("max.poll.interval.ms"));
      System.out.printf(
          "Calls of %d s beside a poll interval of %d s: %s%n",
          CALL.toSeconds(), INTERVAL.toSeconds(), history.summary());
    }
  }
}
