package dev.parley.storage.contract;

import static dev.parley.storage.contract.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.storage.InvalidCursorException;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore;
import dev.parley.storage.JobStore.Claim;
import dev.parley.storage.JobStore.ClaimRequest;
import dev.parley.storage.JobStore.JobQuery;
import dev.parley.storage.JobStore.Started;
import dev.parley.storage.Page;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every {@link JobStore} does. */
public abstract class JobStoreContract {

  protected abstract JobStore store();

  private Claim claim(JobId job, SessionKey session) {
    return store().claim(List.of(Samples.request(job, session))).getFirst();
  }

  @Test
  void a_first_claim_inserts_the_job_as_queued() {
    JobId id = Samples.job();
    SessionKey session = Samples.session();

    assertThat(claim(id, session)).isEqualTo(new Claim.Claimed(1));
    Job job = store().find(session.tenantId(), id);
    assertThat(job)
        .isEqualTo(
            new Job(
                id,
                session.tenantId(),
                session.sessionId(),
                JobStatus.QUEUED,
                1,
                "request-1",
                NOW,
                null,
                null,
                job.metadata(),
                null,
                null));
    assertThat(job.metadata()).hasToString(Samples.metadata().toString());
  }

  @Test
  void each_claim_raises_the_attempt() {
    JobId id = Samples.job();
    SessionKey session = Samples.session();

    claim(id, session);
    assertThat(claim(id, session)).isEqualTo(new Claim.Claimed(2));
    assertThat(claim(id, session)).isEqualTo(new Claim.Claimed(3));
    assertThat(store().find(session.tenantId(), id).attempts()).isEqualTo(3);
  }

  @Test
  void a_batch_answers_in_order_and_serves_repeated_jobs_one_after_the_other() {
    SessionKey session = Samples.session();
    JobId twice = Samples.job();
    JobId seen = Samples.job();
    JobId cancelled = Samples.job();
    JobId fresh = Samples.job();
    claim(seen, session);
    Job ended = store().cancel(session.tenantId(), cancelled, NOW, NOW.plusSeconds(1));

    List<ClaimRequest> requests =
        List.of(twice, seen, cancelled, twice, fresh, cancelled).stream()
            .map(id -> Samples.request(id, session))
            .toList();
    assertThat(store().claim(requests))
        .containsExactly(
            new Claim.Claimed(1),
            new Claim.Claimed(2),
            new Claim.AlreadyEnded(ended),
            new Claim.Claimed(2),
            new Claim.Claimed(1),
            new Claim.AlreadyEnded(ended));
    assertThat(store().find(session.tenantId(), twice).attempts()).isEqualTo(2);
    assertThat(store().claim(List.of())).isEmpty();
  }

  @Test
  void a_claimed_job_is_marked_as_started_by_its_attempt_only() {
    JobId id = Samples.job();
    JobId other = Samples.job();
    SessionKey session = Samples.session();
    claim(id, session);
    claim(other, session);
    claim(other, session);
    Instant startedAt = NOW.plusMillis(7);

    store().markStarted(List.of(new Started(id, 1, startedAt), new Started(other, 1, startedAt)));

    Job job = store().find(session.tenantId(), id);
    assertThat(job.status()).isEqualTo(JobStatus.IN_PROGRESS);
    assertThat(job.startedAt()).isEqualTo(startedAt);
    assertThat(store().find(session.tenantId(), other).status()).isEqualTo(JobStatus.QUEUED);
    store().markStarted(List.of());
  }

  @Test
  void a_job_that_ended_is_not_marked_as_started() {
    JobId id = Samples.job();
    SessionKey session = Samples.session();
    claim(id, session);
    Job cancelled = store().cancel(session.tenantId(), id, NOW, NOW.plusSeconds(1));

    store().markStarted(List.of(new Started(id, 1, NOW)));

    assertThat(store().find(session.tenantId(), id)).isEqualTo(cancelled);
  }

  @Test
  void a_job_that_no_worker_saw_can_be_cancelled() {
    JobId id = Samples.job();
    TenantId tenant = Samples.tenant();

    Job job = store().cancel(tenant, id, NOW, NOW.plusSeconds(1));
    assertThat(job.status()).isEqualTo(JobStatus.CANCELLED);
    assertThat(job.sessionId()).isNull();
    assertThat(job.createdAt()).isEqualTo(NOW);
    assertThat(job.completedAt()).isEqualTo(NOW.plusSeconds(1));
    assertThat(job.attempts()).isZero();
    assertThat(store().find(tenant, id)).isEqualTo(job);
    assertThat(claim(id, Samples.session(tenant))).isEqualTo(new Claim.AlreadyEnded(job));
  }

  @Test
  void cancelling_again_leaves_the_job_as_it_ended() {
    JobId id = Samples.job();
    SessionKey session = Samples.session();
    claim(id, session);
    Job first = store().cancel(session.tenantId(), id, NOW, NOW.plusSeconds(1));

    assertThat(first.sessionId()).isEqualTo(session.sessionId());
    assertThat(first.attempts()).isEqualTo(1);
    assertThat(store().cancel(session.tenantId(), id, NOW, NOW.plusSeconds(99))).isEqualTo(first);
  }

  @Test
  void the_cancelled_among_many_are_told() {
    SessionKey session = Samples.session();
    JobId cancelled = Samples.job();
    JobId running = Samples.job();
    claim(running, session);
    store().cancel(session.tenantId(), cancelled, NOW, NOW);

    assertThat(store().cancelledAmong(List.of(cancelled, running, Samples.job())))
        .containsExactly(cancelled);
    assertThat(store().cancelledAmong(List.of())).isEmpty();
    assertThat(store().endedAmong(List.of(cancelled, running, Samples.job())))
        .containsExactly(cancelled);
    assertThat(store().endedAmong(List.of())).isEmpty();
  }

  @Test
  void a_job_of_another_tenant_is_not_there() {
    JobId id = Samples.job();
    claim(id, Samples.session());

    assertThat(store().find(Samples.tenant(), id)).isNull();
    assertThatThrownBy(() -> store().cancel(Samples.tenant(), id, NOW, NOW))
        .isInstanceOf(RuntimeException.class);
    assertThat(store().cancelledAmong(List.of(id))).isEmpty();
  }

  @Test
  void listing_goes_newest_first_and_filters() {
    TenantId tenant = Samples.tenant();
    SessionKey session = Samples.session(tenant);
    SessionKey other = Samples.session(tenant);
    List<JobId> newestFirst = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      JobId id = Samples.job();
      store().claim(List.of(new ClaimRequest(id, session, NOW.plusSeconds(i), null, null, null)));
      newestFirst.addFirst(id);
    }
    JobId elsewhere = Samples.job();
    claim(elsewhere, other);
    store().cancel(tenant, elsewhere, NOW, NOW);

    Page<Job> first = store().list(new JobQuery(tenant, session.sessionId(), null, null, 3));
    Page<Job> second =
        store().list(new JobQuery(tenant, session.sessionId(), null, first.nextCursor(), 3));
    assertThat(idsOf(first)).isEqualTo(newestFirst.subList(0, 3));
    assertThat(idsOf(second)).isEqualTo(newestFirst.subList(3, 5));
    assertThat(second.nextCursor()).isNull();
    assertThat(idsOf(store().list(new JobQuery(tenant, null, JobStatus.CANCELLED, null, 9))))
        .containsExactly(elsewhere);
    assertThat(store().list(new JobQuery(tenant, null, null, null, 9)).items()).hasSize(6);
    assertThat(store().list(new JobQuery(Samples.tenant(), null, null, null, 9)).items()).isEmpty();
    assertThatThrownBy(() -> store().list(new JobQuery(tenant, null, null, "czE6MTp4", 9)))
        .isInstanceOf(InvalidCursorException.class);
  }

  private static List<JobId> idsOf(Page<Job> page) {
    return page.items().stream().map(Job::id).toList();
  }

  @Test
  void a_waiting_job_knows_how_many_of_its_session_are_ahead() {
    TenantId tenant = Samples.tenant();
    SessionKey session = Samples.session(tenant);
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      JobId id = Samples.job();
      store().claim(List.of(new ClaimRequest(id, session, NOW.plusSeconds(i), null, null, null)));
      jobs.add(store().find(tenant, id));
    }
    claim(Samples.job(), Samples.session(tenant));
    store().cancel(tenant, jobs.get(1).id(), NOW, NOW);
    Job unseen = store().cancel(tenant, Samples.job(), NOW, NOW);

    assertThat(store().queuePositions(tenant, List.of(jobs.get(0), jobs.get(4), unseen)))
        .isEqualTo(Map.of(jobs.get(0).id(), 0, jobs.get(4).id(), 3));
    assertThat(store().queuePositions(Samples.tenant(), List.of(jobs.get(4))).get(jobs.get(4).id()))
        .isIn(0, null);
    assertThat(store().queuePositions(tenant, List.of())).isEmpty();
  }

  @Test
  void text_that_a_database_may_not_hold_harms_nothing() {
    JobId id = Samples.job();
    SessionKey session = Samples.session();

    store().claim(List.of(new ClaimRequest(id, session, NOW, NOW, "a\0b\ud800c", null)));

    assertThat(store().find(session.tenantId(), id).requestId()).startsWith("a").endsWith("c");
  }
}
