package dev.parley.ingest.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.testing.FakeStores;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobIds;
import dev.parley.schemas.TenantId;
import dev.parley.storage.StoreUnavailableException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The limit on queued jobs, and what keeps its counts true. */
final class QueuedJobsTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private final FakeStores stores = new FakeStores();
  private final QueuedJobs queued = new QueuedJobs(tenant -> tenant.equals(ACME) ? 3 : 1);

  private static JobId job(Instant mintedAt) {
    return new JobIds(new byte[32], Clock.fixed(mintedAt, ZoneOffset.UTC)).mint(ACME);
  }

  private QueueUpkeep upkeep(Instant now) {
    return new QueueUpkeep(queued, stores, own -> Map.of(), Clock.fixed(now, ZoneOffset.UTC));
  }

  @Test
  void each_tenant_has_its_own_limit_and_room_again_when_a_job_ends() {
    List<JobId> jobs = List.of(job(NOW), job(NOW), job(NOW));
    jobs.forEach(job -> queued.enter(ACME, job));
    assertThatThrownBy(() -> queued.enter(ACME, job(NOW))).isInstanceOf(ApiException.class);
    queued.enter(OTHER, job(NOW));
    assertThat(queued.counts()).isEqualTo(Map.of(ACME, 3, OTHER, 1));

    queued.leave(jobs.getFirst());
    queued.leave(jobs.getFirst());
    queued.leave(job(NOW));
    queued.enter(ACME, job(NOW));
    assertThatThrownBy(() -> queued.enter(ACME, job(NOW))).isInstanceOf(ApiException.class);
  }

  @Test
  void a_job_that_is_sent_again_is_counted_once() {
    JobId job = job(NOW);
    queued.enter(OTHER, job);
    queued.enter(OTHER, job);
    assertThat(queued.counts()).isEqualTo(Map.of(OTHER, 1));
    queued.leave(job);
    assertThat(queued.counts()).isEmpty();
  }

  @Test
  void what_other_nodes_count_takes_room_here_until_they_are_silent() {
    boolean[] silent = {false};
    QueueUpkeep upkeep =
        new QueueUpkeep(
            queued,
            stores,
            own -> {
              if (silent[0]) {
                throw new StoreUnavailableException("Redis", new IOException("told to be away"));
              }
              return Map.of(ACME, 2);
            },
            Clock.systemUTC());
    upkeep.exchange();
    queued.enter(ACME, job(NOW));
    assertThatThrownBy(() -> queued.enter(ACME, job(NOW))).isInstanceOf(ApiException.class);

    silent[0] = true;
    upkeep.exchange();
    assertThatThrownBy(() -> queued.enter(ACME, job(NOW))).isInstanceOf(ApiException.class);
    for (int round = 1; round < 10; round++) {
      upkeep.exchange();
    }
    queued.enter(ACME, job(NOW));
    queued.enter(ACME, job(NOW));
  }

  @Test
  void a_job_whose_end_was_missed_leaves_when_the_store_knows_of_it() {
    JobId missed = job(NOW.minusSeconds(60));
    JobId young = job(NOW);
    JobId waiting = job(NOW.minusSeconds(60));
    List.of(missed, young, waiting).forEach(job -> queued.enter(ACME, job));
    stores.cancel(ACME, missed, NOW, NOW);
    stores.cancel(ACME, young, NOW, NOW);

    stores.away = true;
    upkeep(NOW).check();
    assertThat(queued.counts()).isEqualTo(Map.of(ACME, 3));

    stores.away = false;
    upkeep(NOW).check();
    // The young one's end is still to be heard of; nobody asks about those.
    assertThat(queued.counts()).isEqualTo(Map.of(ACME, 2));
    upkeep(NOW.plus(QueueUpkeep.ASK_AFTER).plusMillis(1)).check();
    assertThat(queued.counts()).isEqualTo(Map.of(ACME, 1));
  }

  @Test
  void a_job_that_nobody_ever_hears_of_again_is_forgotten_after_a_day() {
    queued.enter(ACME, job(NOW));
    upkeep(NOW.plus(Duration.ofHours(24))).check();
    assertThat(queued.counts()).isEqualTo(Map.of(ACME, 1));
    upkeep(NOW.plus(Duration.ofHours(24)).plusMillis(1)).check();
    assertThat(queued.counts()).isEmpty();
  }

  @Test
  void many_jobs_are_asked_about_in_batches_until_all_were() {
    QueuedJobs many = new QueuedJobs(tenant -> 100_000);
    for (int i = 0; i < 25 * QueueUpkeep.BATCH; i++) {
      JobId job = job(NOW.minusSeconds(60));
      many.enter(ACME, job);
      stores.cancel(ACME, job, NOW, NOW);
    }
    QueueUpkeep upkeep =
        new QueueUpkeep(many, stores, own -> Map.of(), Clock.fixed(NOW, ZoneOffset.UTC));
    upkeep.check();
    assertThat(many.counts()).isEqualTo(Map.of(ACME, 5 * QueueUpkeep.BATCH));
    upkeep.check();
    assertThat(many.counts()).isEmpty();
  }

  @Test
  void many_who_come_and_go_at_once_leave_the_count_exact() throws Exception {
    QueuedJobs wide = new QueuedJobs(tenant -> 50);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        all.add(
            threads.submit(() -> {
              for (int n = 0; n < 100; n++) {
                JobId job = job(NOW);
                try {
                  wide.enter(ACME, job);
                } catch (ApiException full) {
                  continue;
                }
                assertThat(wide.counts().getOrDefault(ACME, 0)).isPositive();
                wide.leave(job);
              }
            }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    assertThat(wide.counts()).isEmpty();
  }
}
