package dev.parley.storage.config;

import static dev.parley.storage.contract.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionKey;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore;
import dev.parley.storage.NewSession;
import dev.parley.storage.Session;
import dev.parley.storage.SessionStore;
import dev.parley.storage.TurnWriter;
import dev.parley.storage.TurnWriter.CommitResult;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.UsageStore;
import dev.parley.storage.contract.Samples;
import dev.parley.storage.contract.Services;
import dev.parley.storage.contract.TurnWriterContract;
import dev.parley.storage.memory.MemorySessionStore;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.storage.postgres.PostgresTurnLedger;
import dev.parley.storage.turn.SessionLog;
import dev.parley.storage.turn.SplitTurnWriter;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Turns whose messages are in Redis or in memory, and whose jobs are in PostgreSQL. */
final class SplitTurnWriterIT {

  abstract static class SplitContract extends TurnWriterContract {

    private final String kind;
    private Stores stores;

    SplitContract(String kind) {
      this.kind = kind;
    }

    @BeforeAll
    void open() {
      stores =
          new Stores(
              StoreConfig.fromEnv(
                  Map.of(
                      "DATABASE_URL", Services.infrastructure().databaseUrl(),
                      "REDIS_URL", Services.infrastructure().redisUrl(),
                      "SESSION_STORE", kind),
                  Scope.SERVICE,
                  4),
              new MemorySessionStore(),
              Clock.systemUTC());
      stores.start();
      stores.check();
    }

    @AfterAll
    void close() {
      stores.close();
      stores.close();
    }

    @Override
    protected TurnWriter writer() {
      return stores.turns();
    }

    @Override
    protected SessionStore sessions() {
      return stores.sessions();
    }

    @Override
    protected JobStore jobs() {
      return stores.jobs();
    }

    @Override
    protected UsageStore usage() {
      return stores.usage();
    }

    @Test
    void a_turn_whose_job_was_not_ended_is_recovered_and_not_appended_again() {
      Session session = newSession();
      SessionKey key = session.key();
      JobId id = Samples.job();
      TurnEnd end = Samples.completed(id, key, claim(id, key), session.incarnation());
      ((SessionLog) sessions()).append(List.of(end));

      TurnEnd recovered = writer().recover(id);
      assertThat(recovered).hasToString(end.toString());
      int later = claim(id, key);
      TurnEnd again =
          new TurnEnd(
              recovered.outcome(),
              later,
              recovered.incarnation(),
              recovered.messages(),
              recovered.usage());
      CommitResult.Committed committed = (CommitResult.Committed) commit(again);

      assertThat(committed.session().messageCount()).isEqualTo(2);
      assertThat(sessions().messages(key, 0, 10)).isEqualTo(end.messages());
      assertThat(jobs().find(key.tenantId(), id).status()).isEqualTo(JobStatus.COMPLETED);
      assertThat(usage().eventsOf(List.of(id))).hasSize(1);
      assertThat(writer().recover(id)).isNull();
    }

    @Test
    void another_answer_for_a_job_that_was_appended_gives_way_to_the_first() {
      Session session = newSession();
      SessionKey key = session.key();
      JobId id = Samples.job();
      int attempt = claim(id, key);
      ((SessionLog) sessions())
          .append(
              List.of(Samples.completed(id, key, attempt, session.incarnation(), "q", "first")));

      int later = claim(id, key);
      commit(Samples.completed(id, key, later, session.incarnation(), "q", "second"));

      assertThat(sessions().messages(key, 0, 10))
          .extracting(m -> m.content().text())
          .containsExactly("q", "first");
      assertThat(jobs().find(key.tenantId(), id).response().text()).isEqualTo("first");
      assertThat(usage().eventsOf(List.of(id))).hasSize(2);
    }

    /** The moment that two stores leave open: the messages are there, the job has not ended. */
    @Test
    void a_cancel_between_the_messages_and_the_jobs_end_comes_too_late() {
      Session session = newSession();
      SessionKey key = session.key();
      JobId id = Samples.job();
      AtomicReference<Job> answered = new AtomicReference<>();
      SessionLog cancelling =
          new CancelledAfterAppend(
              (SessionLog) sessions(),
              () -> answered.set(jobs().cancel(key.tenantId(), id, NOW, NOW)));
      TurnWriter writer =
          new SplitTurnWriter(cancelling, new PostgresTurnLedger(Services.database()));

      List<CommitResult> results =
          writer.commit(List.of(Samples.completed(id, key, claim(id, key), session.incarnation())));

      assertThat(results.getFirst()).isInstanceOf(CommitResult.Committed.class);
      assertThat(answered.get().status().isFinal()).isFalse();
      assertThat(jobs().find(key.tenantId(), id).status()).isEqualTo(JobStatus.COMPLETED);
      assertThat(sessions().messages(key, 0, 10)).hasSize(2);
    }

    @Test
    void a_job_whose_worker_was_lost_while_it_wrote_can_be_cancelled_once_it_is_taken_up_again() {
      Session session = newSession();
      SessionKey key = session.key();
      JobId id = Samples.job();
      TurnEnd end = Samples.completed(id, key, claim(id, key), session.incarnation());
      PostgresTurnLedger ledger = new PostgresTurnLedger(Services.database());
      ledger.seal(List.of(end));

      assertThat(jobs().cancel(key.tenantId(), id, NOW, NOW).status().isFinal()).isFalse();
      claim(id, key);
      assertThat(jobs().cancel(key.tenantId(), id, NOW, NOW).status())
          .isEqualTo(JobStatus.CANCELLED);
      assertThat(ledger.seal(List.of(end))).containsOnlyKeys(id);
    }

    @Test
    void a_settled_job_is_still_known_to_be_appended() {
      Session session = newSession();
      JobId id = Samples.job();
      TurnEnd end =
          Samples.completed(id, session.key(), claim(id, session.key()), session.incarnation());
      commit(end);

      assertThat(((SessionLog) sessions()).append(List.of(end)))
          .containsExactly(new SessionLog.Appended.Before(sessions().find(session.key()), null));
    }
  }

  private record CancelledAfterAppend(SessionLog log, Runnable cancel) implements SessionLog {
    @Override
    public List<Appended> append(List<TurnEnd> ends) {
      List<Appended> appended = log.append(ends);
      cancel.run();
      return appended;
    }

    @Override
    public TurnEnd receipt(JobId jobId) {
      return log.receipt(jobId);
    }

    @Override
    public void settle(List<JobId> jobIds) {
      log.settle(jobIds);
    }
  }

  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  final class SessionsInRedis extends SplitContract {
    SessionsInRedis() {
      super("redis");
    }
  }

  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  final class SessionsInMemory extends SplitContract {
    SessionsInMemory() {
      super("memory");
    }
  }

  @Test
  void the_url_of_the_database_alone_keeps_everything_in_postgresql() {
    try (Stores stores =
        new Stores(
            StoreConfig.fromEnv(
                Map.of("DATABASE_URL", Services.infrastructure().databaseUrl()), Scope.SERVICE, 4),
            null,
            Clock.systemUTC())) {
      stores.start();
      SessionKey key = Samples.session();
      stores.sessions().create(NewSession.empty(key, NOW));
      assertThat(stores.sessions().find(key)).isNotNull();
      assertThat(stores.turns().recover(Samples.job())).isNull();
    }
  }
}
