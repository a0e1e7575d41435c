package dev.parley.testkit.guarantees;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.testkit.guarantees.History.StoredJob;
import dev.parley.testkit.guarantees.History.Submitted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class TenantFairnessTest {

  private static final Instant NOON = Histories.NOON;
  private static final int PARTITION = 3;
  private static final int BACKLOG = 5_000;

  private final List<Submitted> log = new ArrayList<>();
  private final List<StoredJob> jobs = new ArrayList<>();

  /** A tenant with thousands of messages accepted at noon, of which one begins each millisecond. */
  @BeforeEach
  void aBacklog() {
    for (int i = 0; i < BACKLOG; i++) {
      add("loud", "s" + i, PARTITION, 0, i, 1);
    }
  }

  private void add(
      String tenant, String session, int partition, int acceptedAt, int startedAt, int attempts) {
    JobId job = new JobId("job_" + tenant + "_" + jobs.size());
    SessionKey key = new SessionKey(new TenantId(tenant), new SessionId(session));
    Instant started = NOON.plusMillis(startedAt);
    log.add(new Submitted(job, key, partition, log.size()));
    jobs.add(
        new StoredJob(
            job,
            key,
            JobStatus.COMPLETED,
            attempts,
            NOON.plusMillis(acceptedAt),
            started,
            started.plus(Duration.ofMillis(10))));
  }

  private String reports() {
    History history =
        new History(
            List.of(), log, List.of(), jobs, List.of(), List.of(), List.of(), List.of(), List.of());
    return Guarantees.violations(history).stream()
        .filter(violation -> violation.guarantee() == Guarantee.TENANT_FAIRNESS)
        .map(Violation::report)
        .collect(Collectors.joining());
  }

  @Test
  void a_backlog_that_lets_others_by_is_fair() {
    add("quiet", "q", PARTITION, 1_000, 1_250, 1);
    assertThat(reports()).isEmpty();
  }

  @Test
  void a_job_that_waits_for_a_whole_backlog_was_treated_unfairly() {
    add("quiet", "q", PARTITION, 1_000, 4_000, 1);
    assertThat(reports()).contains("job_quiet", "3000 turns of loud", "0 of its own tenant");
  }

  @Test
  void what_goes_on_in_another_partition_holds_up_nobody_here() {
    add("quiet", "q", PARTITION + 1, 1_000, 4_000, 1);
    assertThat(reports()).isEmpty();
  }

  @Test
  void a_turn_waits_for_the_one_before_it_in_its_session() {
    add("quiet", "q", PARTITION, 1_000, 3_500, 2);
    add("quiet", "q", PARTITION, 1_001, 3_600, 1);
    assertThat(reports()).isEmpty();
  }

  @Test
  void a_turn_behind_one_that_was_cancelled_while_it_waited_waits_for_the_one_before_that() {
    add("quiet", "q", PARTITION, 1_000, 3_500, 2);
    add("quiet", "q", PARTITION, 1_001, 1_100, 2);
    add("quiet", "q", PARTITION, 1_002, 3_600, 1);
    assertThat(reports()).isEmpty();
  }

  @Test
  void turns_of_its_own_tenant_are_a_jobs_fair_share() {
    for (int i = 0; i < 2_500; i++) {
      add("quiet", "q" + i, PARTITION, 1_000, 1_000 + i, 1);
    }
    add("quiet", "last", PARTITION, 1_000, 3_700, 1);
    assertThat(reports()).isEmpty();
  }

  @Test
  void a_job_that_a_killed_worker_had_begun_is_no_measure() {
    add("quiet", "q", PARTITION, 1_000, 4_000, 2);
    assertThat(reports()).isEmpty();
  }
}
