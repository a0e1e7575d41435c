package dev.parley.storage.postgres;

import static dev.parley.storage.contract.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.chat.Message;
import dev.parley.storage.Conversation;
import dev.parley.storage.JobStore.Claim;
import dev.parley.storage.NewSession;
import dev.parley.storage.Session;
import dev.parley.storage.SessionStore.CreateResult;
import dev.parley.storage.TurnWriter.CommitResult;
import dev.parley.storage.TurnWriter.Rewrite;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.contract.Samples;
import dev.parley.storage.contract.Services;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A store that keeps what it has read, beside one that reads everything each time. */
final class ReadBeforeIT {

  private static final int MAX_MESSAGES = 6;

  private final Database database = Services.database();
  private final PostgresJobStore jobs = new PostgresJobStore(database);
  private final PostgresTurnWriter writer = new PostgresTurnWriter(database);
  private final ReadBefore kept = new ReadBefore(1 << 20);
  private final SessionLoad keeping = new SessionLoad(database, kept);
  private final SessionLoad forgetting = new SessionLoad(database, new ReadBefore(0));
  private final PostgresSessionStore sessions = new PostgresSessionStore(database);
  private int texts;

  private Session newSession(SessionKey key, boolean system) {
    NewSession session =
        new NewSession(key, NOW, system ? "system" : null, List.of(), null, null, null, null, null);
    return ((CreateResult.Created) sessions.create(session)).session();
  }

  private Message question(JobId job, boolean pinned) {
    Message plain = Samples.user("question " + texts++);
    return new Message(plain.role(), plain.content(), null, NOW, job, pinned ? true : null);
  }

  private int claim(JobId job, SessionKey key) {
    return ((Claim.Claimed) jobs.claim(List.of(Samples.request(job, key))).getFirst()).attempt();
  }

  private Session append(Session session, boolean pinned) {
    JobId job = Samples.job();
    TurnEnd end = Samples.completed(job, session.key(), claim(job, session.key()), 0);
    return commit(
        new TurnEnd(
            end.outcome(),
            end.attempt(),
            session.incarnation(),
            List.of(question(job, pinned), Samples.assistant("answer " + texts++, job)),
            end.usage()));
  }

  private Session compact(Session session, Random random) {
    long from = session.firstPosition();
    long to = from + 1 + random.nextLong(session.messageCount() - from);
    List<Long> keptOnes = to - from > 2 && random.nextBoolean() ? List.of(from + 1) : List.of();
    Message summary = random.nextBoolean() ? Samples.pinned("summary " + texts++) : null;
    Rewrite rewrite = new Rewrite(session.messageCount(), from, to, keptOnes, summary);
    JobId job = Samples.job();
    return commit(Samples.compacted(job, session, claim(job, session.key()), rewrite));
  }

  private Session commit(TurnEnd end) {
    CommitResult result = writer.commit(List.of(end)).getFirst();
    return ((CommitResult.Committed) result).session();
  }

  private Map<SessionKey, Conversation> assertTheSame(List<SessionKey> keys) {
    Map<SessionKey, Conversation> now = keeping.load(keys, MAX_MESSAGES);
    assertThat(now).isEqualTo(forgetting.load(keys, MAX_MESSAGES));
    return now;
  }

  @Test
  void what_is_kept_never_shows_through_turns_compactions_deletions_and_new_beginnings() {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    List<SessionKey> keys = Stream.generate(Samples::session).limit(4).toList();
    Session[] present =
        IntStream.range(0, keys.size())
            .mapToObj(i -> newSession(keys.get(i), i % 2 == 0))
            .toArray(Session[]::new);
    try {
      for (int step = 0; step < 400; step++) {
        int which = random.nextInt(keys.size());
        Session session = present[which];
        int what = random.nextInt(20);
        if (what < 15) {
          present[which] = append(session, random.nextInt(4) == 0);
        } else if (what < 18 && session.messageCount() > session.firstPosition()) {
          present[which] = compact(session, random);
        } else if (what == 19) {
          sessions.delete(session.key(), NOW, false);
          present[which] = newSession(session.key(), random.nextBoolean());
        }
        assertTheSame(random.nextBoolean() ? keys : List.of(keys.get(which)));
      }
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  @Test
  void messages_that_a_server_has_lost_are_not_believed() throws Exception {
    Session session = append(append(newSession(Samples.session(), false), false), false);
    List<SessionKey> key = List.of(session.key());
    assertTheSame(key);

    database.transaction(
        null,
        connection -> {
          for (String undone :
              List.of(
                  "delete from messages where incarnation = ? and position >= 2",
                  "update sessions set message_count = 2 where incarnation = ?")) {
            try (PreparedStatement statement = connection.prepareStatement(undone)) {
              statement.setLong(1, session.incarnation());
              statement.executeUpdate();
            }
          }
          return true;
        });
    assertTheSame(key);

    append(session, false);
    assertThat(assertTheSame(key).get(session.key()).recent()).hasSize(4);
  }

  @Test
  void more_messages_than_before_are_read_when_more_are_wanted() {
    Session session = newSession(Samples.session(), true);
    for (int i = 0; i < 5; i++) {
      session = append(session, false);
    }
    List<SessionKey> key = List.of(session.key());
    assertTheSame(key);

    assertThat(keeping.load(key, 9)).isEqualTo(forgetting.load(key, 9));
    assertThat(keeping.load(key, 3)).isEqualTo(forgetting.load(key, 3));
  }

  @Test
  void a_session_that_goes_on_counts_what_is_held_of_it_and_its_metadata_too() {
    Session session = newSession(Samples.session(), false);
    List<SessionKey> key = List.of(session.key());
    for (int i = 0; i < 12; i++) {
      session = append(session, false);
      keeping.load(key, MAX_MESSAGES);
    }
    long going = kept.characters();
    kept.forget(session.key());
    keeping.load(key, MAX_MESSAGES);
    assertThat(going).isEqualTo(kept.characters());

    ReadBefore noting = new ReadBefore(1 << 20);
    JobId job = Samples.job();
    TurnEnd end = Samples.completed(job, session.key(), claim(job, session.key()), 0);
    Message noted =
        new Message(
            question(job, false).role(),
            Samples.user("noted").content(),
            Samples.metadata().put("long", "x".repeat(10_000)),
            NOW,
            job,
            null);
    commit(
        new TurnEnd(
            end.outcome(), end.attempt(), session.incarnation(), List.of(noted), end.usage()));
    new SessionLoad(database, noting).load(key, MAX_MESSAGES);
    assertThat(noting.characters()).isGreaterThan(40_000);
  }

  @Test
  void holds_no_more_than_it_may_and_lets_go_of_what_was_not_asked_for() {
    ReadBefore narrow = new ReadBefore(3_000);
    SessionLoad bounded = new SessionLoad(database, narrow);
    List<SessionKey> keys =
        IntStream.range(0, 6)
            .mapToObj(i -> append(newSession(Samples.session(), false), false).key())
            .toList();

    for (SessionKey key : keys) {
      bounded.load(List.of(key), MAX_MESSAGES);
      bounded.load(List.of(keys.getFirst()), MAX_MESSAGES);
    }

    assertThat(narrow.characters()).isBetween(1L, 3_000L);
    assertThat(narrow.of(keys.getFirst())).isNotNull();
    assertThat(narrow.of(keys.get(1))).isNull();
    assertThat(narrow.of(keys.getLast())).isNotNull();
  }
}
