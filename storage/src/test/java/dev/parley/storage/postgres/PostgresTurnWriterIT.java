package dev.parley.storage.postgres;

import static dev.parley.storage.contract.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.JobId;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.JobStore;
import dev.parley.storage.RefusedException;
import dev.parley.storage.Session;
import dev.parley.storage.SessionStore;
import dev.parley.storage.TurnWriter;
import dev.parley.storage.UsageStore;
import dev.parley.storage.batch.GroupCommit;
import dev.parley.storage.contract.Samples;
import dev.parley.storage.contract.Services;
import dev.parley.storage.contract.TurnWriterContract;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PostgresTurnWriterIT extends TurnWriterContract {

  @Override
  protected TurnWriter writer() {
    return new PostgresTurnWriter(Services.database());
  }

  @Override
  protected SessionStore sessions() {
    return new PostgresSessionStore(Services.database());
  }

  @Override
  protected JobStore jobs() {
    return new PostgresJobStore(Services.database());
  }

  @Override
  protected UsageStore usage() {
    return new PostgresUsageStore(Services.database(), Clock.systemUTC());
  }

  /** Its event id is too long for an index. */
  private TurnWriter.TurnEnd unstorable(Session session) {
    JobId id = Samples.job();
    TurnWriter.TurnEnd good =
        Samples.completed(id, session.key(), claim(id, session.key()), session.incarnation());
    UsageEvent event = good.usage().getFirst();
    String longId =
        new Random(7)
            .ints(20_000, 'a', 'z')
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    UsageEvent tooLong =
        new UsageEvent(
            longId,
            null,
            id,
            event.sessionId(),
            event.tenantId(),
            null,
            "p",
            "m",
            event.finishReason(),
            1,
            NOW,
            "r",
            null,
            1,
            1,
            0,
            0,
            0,
            0,
            null,
            null,
            false);
    return new TurnWriter.TurnEnd(
        good.outcome(), good.attempt(), good.incarnation(), good.messages(), List.of(tooLong));
  }

  @Test
  void what_postgresql_refuses_is_named_so_and_nothing_is_written() {
    Session good = newSession();
    Session bad = newSession();
    JobId id = Samples.job();
    TurnWriter.TurnEnd goodEnd =
        Samples.completed(id, good.key(), claim(id, good.key()), good.incarnation());
    List<TurnWriter.TurnEnd> batch = List.of(goodEnd, unstorable(bad));

    assertThatThrownBy(() -> writer().commit(batch))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("SQLSTATE");
    assertThat(sessions().find(good.key()).messageCount()).isZero();
    assertThat(sessions().find(bad.key()).messageCount()).isZero();
  }

  @Test
  void one_bad_turn_does_not_sink_the_others_of_a_group_commit() throws Exception {
    Session good = newSession();
    Session bad = newSession();
    JobId id = Samples.job();
    TurnWriter.TurnEnd goodEnd =
        Samples.completed(id, good.key(), claim(id, good.key()), good.incarnation());
    TurnWriter.TurnEnd badEnd = unstorable(bad);

    try (GroupCommit<TurnWriter.TurnEnd, TurnWriter.CommitResult> group =
        new GroupCommit<>("test", 100, 1, writer()::commit)) {
      Outcome<TurnWriter.CommitResult> first = Outcome.of(() -> group.submit(goodEnd));
      Outcome<TurnWriter.CommitResult> second = Outcome.of(() -> group.submit(badEnd));
      // both wait before the flusher begins, so that they share a batch
      first.awaitWaiting();
      second.awaitWaiting();
      group.start();

      assertThat(first.get()).isInstanceOf(TurnWriter.CommitResult.Committed.class);
      assertThatThrownBy(second::get).hasRootCauseInstanceOf(java.sql.SQLException.class);
    }
    assertThat(sessions().find(good.key()).messageCount()).isEqualTo(2);
    assertThat(sessions().find(bad.key()).messageCount()).isZero();
  }
}
