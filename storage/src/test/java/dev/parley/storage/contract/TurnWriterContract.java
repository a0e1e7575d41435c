package dev.parley.storage.contract;

import static dev.parley.storage.contract.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.Job;
import dev.parley.storage.NewSession;
import dev.parley.storage.Session;
import dev.parley.storage.TurnWriter;
import dev.parley.storage.TurnWriter.CommitResult;
import dev.parley.storage.TurnWriter.TurnEnd;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link TurnWriter} does, together with the stores that it writes to. */
public abstract class TurnWriterContract extends CompactionContract {

  private static SessionKey key(Session session) {
    return session.key();
  }

  @Test
  void deleting_a_session_keeps_its_usage() {
    Session session = newSession();
    JobId id = Samples.job();
    commit(Samples.completed(id, key(session), claim(id, key(session)), session.incarnation()));

    assertThat(sessions().delete(key(session), NOW, false)).isTrue();

    assertThat(sessions().find(key(session))).isNull();
    assertThat(usage().eventsOf(List.of(id))).hasSize(1);
  }

  @Test
  void a_completed_turn_appends_ends_the_job_and_records_its_usage() {
    Session session = newSession();
    JobId id = Samples.job();
    TurnEnd end =
        Samples.completed(id, key(session), claim(id, key(session)), session.incarnation());

    CommitResult.Committed committed = (CommitResult.Committed) commit(end);

    Session after = sessions().find(key(session));
    assertThat(committed.session()).isEqualTo(after);
    assertThat(after.messageCount()).isEqualTo(2);
    assertThat(after.updatedAt()).isEqualTo(NOW.plusSeconds(1));
    assertThat(after.totals().inputTokens()).isEqualTo(100);
    assertThat(after.totals().outputTokens()).isEqualTo(20);
    assertThat(after.totals().cachedTokens()).isEqualTo(40);
    assertThat(after.totals().reasoningTokens()).isEqualTo(3);
    assertThat(after.totals().costUSD()).isEqualByComparingTo("0.00123");
    assertThat(messages(key(session))).isEqualTo(end.messages());
    Job job = jobs().find(key(session).tenantId(), id);
    assertThat(job.status()).isEqualTo(JobStatus.COMPLETED);
    assertThat(job.response()).isEqualTo(((JobOutcome.Completed) end.outcome()).response());
    assertThat(job.startedAt()).isEqualTo(NOW.plusMillis(5));
    assertThat(job.completedAt()).isEqualTo(NOW.plusSeconds(1));
    assertThat(job.createdAt()).isEqualTo(NOW);
    assertThat(usage().eventsOf(List.of(id))).hasToString(end.usage().toString());
    assertThat(writer().recover(id)).isNull();
  }

  @Test
  void a_turn_is_written_once_however_often_it_comes() {
    Session session = newSession();
    JobId id = Samples.job();
    TurnEnd end =
        Samples.completed(id, key(session), claim(id, key(session)), session.incarnation());
    commit(end);

    CommitResult.Fenced again = (CommitResult.Fenced) commit(end);

    assertThat(again.job().status()).isEqualTo(JobStatus.COMPLETED);
    assertThat(again.job().response()).isNotNull();
    assertThat(messages(key(session))).hasSize(2);
    assertThat(usage().eventsOf(List.of(id))).hasSize(1);
    assertThat(sessions().find(key(session)).messageCount()).isEqualTo(2);
  }

  @Test
  void an_attempt_that_was_overtaken_writes_nothing() {
    Session session = newSession();
    JobId id = Samples.job();
    int stale = claim(id, key(session));
    claim(id, key(session));

    CommitResult.Fenced fenced =
        (CommitResult.Fenced)
            commit(Samples.completed(id, key(session), stale, session.incarnation()));

    assertThat(fenced.job().status()).isEqualTo(JobStatus.QUEUED);
    assertThat(fenced.job().attempts()).isEqualTo(2);
    assertThat(messages(key(session))).isEmpty();
    assertThat(usage().eventsOf(List.of(id))).isEmpty();
  }

  @Test
  void a_job_cancelled_under_this_attempt_keeps_only_its_usage() {
    Session session = newSession();
    JobId id = Samples.job();
    int attempt = claim(id, key(session));
    Job cancelled = jobs().cancel(key(session).tenantId(), id, NOW, NOW.plusMillis(500));

    CommitResult result =
        commit(Samples.completed(id, key(session), attempt, session.incarnation()));

    assertThat(result).isEqualTo(new CommitResult.Fenced(cancelled));
    assertThat(jobs().find(key(session).tenantId(), id)).isEqualTo(cancelled);
    assertThat(messages(key(session))).isEmpty();
    assertThat(usage().eventsOf(List.of(id))).hasSize(1);
  }

  @Test
  void a_job_cancelled_under_another_attempt_leaves_usage_to_that_one() {
    Session session = newSession();
    JobId id = Samples.job();
    int stale = claim(id, key(session));
    claim(id, key(session));
    jobs().cancel(key(session).tenantId(), id, NOW, NOW);

    commit(Samples.completed(id, key(session), stale, session.incarnation()));

    assertThat(usage().eventsOf(List.of(id))).isEmpty();
  }

  @Test
  void a_turn_of_a_deleted_session_writes_nothing() {
    Session session = newSession();
    JobId id = Samples.job();
    int attempt = claim(id, key(session));
    sessions().delete(key(session), NOW, false);

    assertThat(commit(Samples.completed(id, key(session), attempt, session.incarnation())))
        .isInstanceOf(CommitResult.SessionGone.class);
    assertThat(jobs().find(key(session).tenantId(), id).status()).isEqualTo(JobStatus.QUEUED);
    assertThat(usage().eventsOf(List.of(id))).isEmpty();
  }

  @Test
  void a_turn_does_not_reach_a_later_session_of_the_same_id() {
    Session session = newSession();
    JobId id = Samples.job();
    int attempt = claim(id, key(session));
    sessions().delete(key(session), NOW, false);
    sessions().create(NewSession.empty(key(session), NOW));

    assertThat(commit(Samples.completed(id, key(session), attempt, session.incarnation())))
        .isInstanceOf(CommitResult.SessionGone.class);
    assertThat(messages(key(session))).isEmpty();
  }

  @Test
  void a_failed_job_is_opened_again_for_the_code_that_it_failed_with_alone() {
    Session session = newSession();
    JobId id = Samples.job();
    TurnEnd end = Samples.failed(id, key(session), claim(id, key(session)));
    commit(end);
    TenantId tenant = key(session).tenantId();
    String code = ((JobOutcome.Failed) end.outcome()).error().code();

    assertThat(jobs().reopen(tenant, id, "other")).isFalse();
    assertThat(jobs().reopen(Samples.tenant(), id, code)).isFalse();
    assertThat(jobs().find(tenant, id).status()).isEqualTo(JobStatus.FAILED);
    assertThat(jobs().reopen(tenant, id, code)).isTrue();
    assertThat(jobs().reopen(tenant, id, code)).isFalse();
    assertThat(jobs().find(tenant, id).status()).isEqualTo(JobStatus.QUEUED);
    assertThat(jobs().find(tenant, id).error()).isNull();
    assertThat(claim(id, key(session))).isEqualTo(2);
  }

  @Test
  void a_failed_turn_leaves_the_session_as_it_was() {
    Session session = newSession();
    JobId id = Samples.job();
    TurnEnd end = Samples.failed(id, key(session), claim(id, key(session)));

    assertThat(commit(end)).isEqualTo(new CommitResult.Committed(null));

    Job job = jobs().find(key(session).tenantId(), id);
    assertThat(job.status()).isEqualTo(JobStatus.FAILED);
    assertThat(job.error()).isEqualTo(((JobOutcome.Failed) end.outcome()).error());
    assertThat(sessions().find(key(session))).isEqualTo(session);
    assertThat(usage().eventsOf(List.of(id))).hasSize(1);
  }

  @Test
  void cancelled_and_expired_jobs_end_without_a_session() {
    SessionKey nowhere = Samples.session();
    JobId cancelled = Samples.job();
    JobId expired = Samples.job();
    List<TurnEnd> ends =
        List.of(
            new TurnEnd(
                new JobOutcome.Cancelled(
                    Samples.ended(cancelled, nowhere, claim(cancelled, nowhere))),
                1,
                0,
                List.of(),
                List.of()),
            new TurnEnd(
                new JobOutcome.Expired(Samples.ended(expired, nowhere, claim(expired, nowhere))),
                1,
                0,
                List.of(),
                List.of()));

    assertThat(writer().commit(ends))
        .containsExactly(new CommitResult.Committed(null), new CommitResult.Committed(null));
    assertThat(jobs().find(nowhere.tenantId(), cancelled).status()).isEqualTo(JobStatus.CANCELLED);
    assertThat(jobs().find(nowhere.tenantId(), expired).status()).isEqualTo(JobStatus.EXPIRED);
  }

  @Test
  void a_batch_of_all_kinds_gets_its_results_in_order() {
    Session a = newSession();
    Session b = newSession();
    Session gone = newSession();
    sessions().delete(key(gone), NOW, false);
    List<TurnEnd> ends = new ArrayList<>();
    JobId first = Samples.job();
    JobId second = Samples.job();
    JobId lost = Samples.job();
    JobId overtaken = Samples.job();
    ends.add(Samples.completed(first, key(a), claim(first, key(a)), a.incarnation()));
    ends.add(Samples.completed(lost, key(gone), claim(lost, key(gone)), gone.incarnation()));
    ends.add(Samples.failed(overtaken, key(b), claim(overtaken, key(b))));
    claim(overtaken, key(b));
    ends.add(Samples.completed(second, key(b), claim(second, key(b)), b.incarnation()));

    List<CommitResult> results = writer().commit(ends);

    assertThat(results.get(0)).isEqualTo(new CommitResult.Committed(sessions().find(key(a))));
    assertThat(results.get(1)).isInstanceOf(CommitResult.SessionGone.class);
    assertThat(results.get(2)).isInstanceOf(CommitResult.Fenced.class);
    assertThat(results.get(3)).isEqualTo(new CommitResult.Committed(sessions().find(key(b))));
    assertThat(writer().commit(List.of())).isEmpty();
  }

  @Test
  void two_turns_of_one_session_in_a_batch_follow_each_other() {
    Session session = newSession();
    JobId first = Samples.job();
    JobId second = Samples.job();
    TurnEnd one =
        Samples.completed(
            first, key(session), claim(first, key(session)), session.incarnation(), "q1", "a1");
    TurnEnd two =
        Samples.completed(
            second, key(session), claim(second, key(session)), session.incarnation(), "q2", "a2");

    List<CommitResult> results = writer().commit(List.of(one, two, one));

    assertThat(((CommitResult.Committed) results.get(0)).session().messageCount()).isEqualTo(2);
    assertThat(((CommitResult.Committed) results.get(1)).session().messageCount()).isEqualTo(4);
    assertThat(results.get(2)).isInstanceOf(CommitResult.Fenced.class);
    assertThat(messages(key(session)))
        .extracting(m -> m.content().text())
        .containsExactly("q1", "a1", "q2", "a2");
  }

  @Test
  void a_claim_that_the_store_forgot_does_not_lose_the_turn() {
    Session session = newSession();
    JobId id = Samples.job();

    assertThat(commit(Samples.completed(id, key(session), 2, session.incarnation())))
        .isInstanceOf(CommitResult.Committed.class);
    Job job = jobs().find(key(session).tenantId(), id);
    assertThat(job.status()).isEqualTo(JobStatus.COMPLETED);
    assertThat(job.attempts()).isEqualTo(2);
    assertThat(job.sessionId()).isEqualTo(key(session).sessionId());
  }

  @Test
  void text_that_a_database_may_not_hold_does_not_sink_a_turn() {
    Session session = newSession();
    JobId id = Samples.job();
    TurnEnd end =
        Samples.completed(
            id,
            key(session),
            claim(id, key(session)),
            session.incarnation(),
            "a\0b\ud83d",
            "\ude00\0");

    assertThat(commit(end)).isInstanceOf(CommitResult.Committed.class);
    assertThat(messages(key(session))).isEqualTo(end.messages());
    assertThat(jobs().find(key(session).tenantId(), id).response().text()).isEqualTo("\ude00\0");
  }

  @Test
  void costs_add_up_exactly_and_unknown_ones_add_nothing() {
    Session session = newSession();
    for (String cost : new String[] {"0.1", "0.2", null}) {
      JobId id = Samples.job();
      UsageEvent event =
          Samples.usage(
              id, key(session), 1, NOW, "model-a", cost == null ? null : new BigDecimal(cost));
      claim(id, key(session));
      JobOutcome.Completed outcome =
          new JobOutcome.Completed(
              Samples.ended(id, key(session), 1), Samples.response("x", event.costUSD()));
      commit(
          new TurnEnd(
              outcome, 1, session.incarnation(), List.of(Samples.user("q")), List.of(event)));
    }

    Session after = sessions().find(key(session));
    assertThat(after.totals().costUSD()).isEqualByComparingTo("0.3");
    assertThat(after.totals().inputTokens()).isEqualTo(300);
  }
}
