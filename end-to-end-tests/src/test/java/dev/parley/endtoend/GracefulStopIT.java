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
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The only worker is told to stop with calls under way: some that end in time, some that do not.
 * {@code -Dcall.seconds=5} lets them take 5 s and 60 s.
 */
@UsesInfrastructure
final class GracefulStopIT {

  private static final Duration CALL = Duration.ofSeconds(Integer.getInteger("call.seconds", 1));
  private static final Duration GRACE = CALL.multipliedBy(4);
  private static final Duration LONG_CALL = CALL.multipliedBy(12);
  private static final Duration LIMIT = LONG_CALL.plusMinutes(2);

  /** For interrupted calls to end, commits, goodbyes, and a machine with much to do. */
  private static final Duration GOODBYE = Duration.ofSeconds(8);

  private static final int SHORT = 12;
  private static final int LONG = 6;

  /** What the JVM ends with after SIGTERM. */
  private static final int TERMINATED = 143;

  @Test
  void what_can_end_in_time_does_and_the_rest_is_handed_back(TestInfrastructure infrastructure)
      throws Exception {
    try (Pipeline pipeline =
            Stage.pipeline(infrastructure, Map.of("WORKER_STOP_GRACE", GRACE.toMillis() + "ms"));
        Load load = Load.withoutKeys()) {
      ApiClient client = pipeline.client("stopped");
      WorkerProcess leaving = pipeline.workerProcess();
      pipeline.awaitBusyWorkers(1);
      // One call of each session under way, and a message that waits behind it.
      load.start(client, Load.sessions("short", SHORT), 2, latency(CALL));
      for (String session : Load.sessions("long", LONG)) {
        load.start(
            client, session, 2, i -> latency(i == 0 ? LONG_CALL : Duration.ZERO), Duration.ZERO);
      }
      List<Accepted> accepted = load.finish();
      Until.isTrue(
          LIMIT,
          "all long calls are under way, and a short one",
          () -> pipeline.callsUnderWay() > LONG);

      long began = System.nanoTime();
      int code = leaving.stop();
      Duration took = Duration.ofNanos(System.nanoTime() - began);

      assertThat(code).isEqualTo(TERMINATED);
      assertThat(took).isBetween(GRACE, GRACE.plus(GOODBYE));
      assertThat(pipeline.workers().members()).as("members of the group").isEmpty();
      History left = pipeline.history(accepted);
      assertThat(ofOutcome(left, CallOutcome.CLIENT_CLOSED)).as("calls cut off").isEqualTo(LONG);
      assertThat(ofOutcome(left, CallOutcome.COMPLETED))
          .as("calls that ended, and turns that did")
          .isEqualTo(pipeline.ended(client))
          .isPositive();

      began = System.nanoTime();
      pipeline.workerProcess();
      pipeline.awaitBusyWorkers(1);
      Duration takeover = Duration.ofNanos(System.nanoTime() - began);
      History history = pipeline.awaitKept(LIMIT, accepted);

      assertThat(history.jobs()).allMatch(job -> job.status() == JobStatus.COMPLETED);
      assertThat(ofOutcome(history, CallOutcome.COMPLETED))
          .as("calls that ended, one for each job")
          .isEqualTo(accepted.size());
      assertThat(history.calls()).hasSize(accepted.size() + LONG);
      System.out.printf(
          "Told to stop with calls of %d s and %d s under way, gone after %.1f s of %d s;"
              + " another one started and had the partitions after %.1f s: %s%n",
          CALL.toSeconds(),
          LONG_CALL.toSeconds(),
          took.toMillis() / 1e3,
          GRACE.toSeconds(),
          takeover.toMillis() / 1e3,
          history.summary());
    }
  }

  private static String latency(Duration latency) {
    return "latency=" + latency.toMillis() + "ms";
  }

  private static long ofOutcome(History history, CallOutcome outcome) {
    return history.calls().stream().filter(call -> call.outcome() == outcome).count();
  }
}
