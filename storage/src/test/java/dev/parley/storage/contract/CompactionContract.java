package dev.parley.storage.contract;

import static dev.parley.storage.contract.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.chat.Message;
import dev.parley.storage.ContextSummary;
import dev.parley.storage.Conversation;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore;
import dev.parley.storage.JobStore.Claim;
import dev.parley.storage.NewSession;
import dev.parley.storage.Session;
import dev.parley.storage.SessionStore;
import dev.parley.storage.SessionStore.CreateResult;
import dev.parley.storage.TurnWriter;
import dev.parley.storage.TurnWriter.CommitResult;
import dev.parley.storage.TurnWriter.Rewrite;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.UsageStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link TurnWriter} does with sessions that are compacted. */
public abstract class CompactionContract {

  protected abstract TurnWriter writer();

  protected abstract SessionStore sessions();

  protected abstract JobStore jobs();

  protected abstract UsageStore usage();

  protected Session newSession() {
    return ((CreateResult.Created) sessions().create(NewSession.empty(Samples.session(), NOW)))
        .session();
  }

  protected int claim(JobId job, SessionKey session) {
    return ((Claim.Claimed) jobs().claim(List.of(Samples.request(job, session))).getFirst())
        .attempt();
  }

  protected CommitResult commit(TurnEnd end) {
    return writer().commit(List.of(end)).getFirst();
  }

  protected List<Message> messages(SessionKey key) {
    return sessions().messages(key, 0, 1000);
  }

  private Session longSession(boolean system) {
    List<Message> messages =
        IntStream.range(0, 8)
            .mapToObj(i -> i == 2 ? Samples.pinned("m" + i) : Samples.user("m" + i))
            .toList();
    NewSession session =
        new NewSession(
            Samples.session(),
            NOW,
            system ? "system" : null,
            messages,
            null,
            null,
            null,
            null,
            null);
    return ((CreateResult.Created) sessions().create(session)).session();
  }

  private List<String> texts(Session session) {
    return messages(session.key()).stream().map(m -> m.content().text()).toList();
  }

  private TurnEnd compaction(Session session, Rewrite rewrite) {
    JobId id = Samples.job();
    return Samples.compacted(id, session, claim(id, session.key()), rewrite);
  }

  private static JobId jobOf(TurnEnd end) {
    return end.outcome().ended().jobId();
  }

  @Test
  void a_compaction_takes_messages_out_ends_the_job_and_records_its_usage() {
    Session session = longSession(true);
    Message summary = Samples.pinned("in short");
    TurnEnd end = compaction(session, new Rewrite(9, 1, 6, List.of(3L), summary));

    CommitResult.Committed committed = (CommitResult.Committed) commit(end);

    Session after = sessions().find(session.key());
    assertThat(committed.session()).isEqualTo(after);
    assertThat(texts(session)).containsExactly("system", "in short", "m2", "m5", "m6", "m7");
    assertThat(messages(session.key()).get(1)).isEqualTo(summary);
    assertThat(after.messageCount()).isEqualTo(6);
    assertThat(after.system()).isEqualTo("system");
    assertThat(after.updatedAt()).isEqualTo(NOW.plusSeconds(1));
    assertThat(after.totals().inputTokens()).isEqualTo(100);
    assertThat(after.totals().costUSD()).isEqualByComparingTo("0.00123");
    Job job = jobs().find(session.key().tenantId(), jobOf(end));
    assertThat(job.status()).isEqualTo(JobStatus.COMPLETED);
    assertThat(job.compaction()).isEqualTo(((JobOutcome.Compacted) end.outcome()).compaction());
    assertThat(job.response()).isNull();
    assertThat(usage().eventsOf(List.of(jobOf(end)))).hasToString(end.usage().toString());
    assertThat(writer().recover(jobOf(end))).isNull();
  }

  @Test
  void a_compaction_that_comes_again_compacts_once() {
    Session session = longSession(false);
    TurnEnd end = compaction(session, new Rewrite(8, 0, 2, List.of(), null));
    commit(end);
    List<String> before = texts(session);
    // so many messages as the compaction was made for
    JobId id = Samples.job();
    commit(Samples.completed(id, session.key(), claim(id, session.key()), session.incarnation()));

    assertThat(commit(end)).isInstanceOf(CommitResult.Fenced.class);

    assertThat(texts(session)).startsWith(before.toArray(String[]::new)).hasSize(8);
    assertThat(usage().eventsOf(List.of(jobOf(end)))).hasSize(1);
  }

  @Test
  void a_compaction_that_was_overtaken_or_cancelled_takes_nothing_out() {
    Session session = longSession(false);
    TurnEnd overtaken = compaction(session, new Rewrite(8, 0, 4, List.of(), null));
    claim(jobOf(overtaken), session.key());
    TurnEnd cancelled = compaction(session, new Rewrite(8, 0, 4, List.of(), null));
    jobs().cancel(session.key().tenantId(), jobOf(cancelled), NOW, NOW);

    assertThat(writer().commit(List.of(overtaken, cancelled)))
        .allMatch(CommitResult.Fenced.class::isInstance);

    assertThat(sessions().find(session.key())).isEqualTo(session);
    assertThat(texts(session)).hasSize(8);
    assertThat(usage().eventsOf(List.of(jobOf(overtaken)))).isEmpty();
    assertThat(usage().eventsOf(List.of(jobOf(cancelled)))).hasSize(1);
  }

  @Test
  void a_compaction_made_for_other_messages_writes_nothing() {
    Session session = longSession(false);
    TurnEnd end = compaction(session, new Rewrite(7, 0, 4, List.of(), null));

    assertThat(commit(end)).isEqualTo(new CommitResult.SessionChanged());

    assertThat(texts(session)).hasSize(8);
    assertThat(jobs().find(session.key().tenantId(), jobOf(end)).status().isFinal()).isFalse();
    assertThat(usage().eventsOf(List.of(jobOf(end)))).isEmpty();
    TurnEnd again =
        Samples.compacted(jobOf(end), session, 1, new Rewrite(8, 0, 4, List.of(), null));
    assertThat(commit(again)).isInstanceOf(CommitResult.Committed.class);
  }

  @Test
  void a_compaction_does_not_reach_a_later_session_of_the_same_id() {
    Session session = longSession(false);
    TurnEnd end = compaction(session, new Rewrite(8, 0, 4, List.of(), null));
    sessions().delete(session.key(), NOW, false);

    assertThat(commit(end)).isEqualTo(new CommitResult.SessionGone());
    sessions()
        .create(
            new NewSession(
                session.key(),
                NOW,
                null,
                IntStream.range(0, 8).mapToObj(i -> Samples.user("n" + i)).toList(),
                null,
                null,
                null,
                null,
                null));
    assertThat(commit(end)).isEqualTo(new CommitResult.SessionGone());
    assertThat(texts(session)).hasSize(8);
  }

  @Test
  void turns_and_compactions_of_one_session_in_a_batch_follow_each_other() {
    Session session = longSession(true);
    JobId first = Samples.job();
    JobId second = Samples.job();
    TurnEnd one =
        Samples.completed(
            first, session.key(), claim(first, session.key()), session.incarnation(), "q1", "a1");
    TurnEnd two = compaction(session, new Rewrite(11, 1, 9, List.of(), null));
    TurnEnd three =
        Samples.completed(
            second, session.key(), claim(second, session.key()), session.incarnation(), "q2", "a2");

    assertThat(writer().commit(List.of(one, two, three)))
        .allMatch(CommitResult.Committed.class::isInstance);

    assertThat(texts(session)).containsExactly("system", "q1", "a1", "q2", "a2");
    assertThat(sessions().find(session.key()).messageCount()).isEqualTo(5);
    assertThat(sessions().messages(session.key(), 3, 1).getFirst().content().text())
        .isEqualTo("q2");
  }

  @Test
  void a_turns_summary_is_kept_until_the_session_is_compacted() {
    Session session = longSession(false);
    JobId id = Samples.job();
    TurnEnd plain =
        Samples.completed(id, session.key(), claim(id, session.key()), session.incarnation());
    ContextSummary summary = new ContextSummary("so far \0", 5);
    TurnEnd end =
        new TurnEnd(
            plain.outcome(),
            plain.attempt(),
            plain.incarnation(),
            plain.messages(),
            summary,
            null,
            plain.usage());
    commit(end);
    JobId next = Samples.job();
    commit(
        Samples.completed(next, session.key(), claim(next, session.key()), session.incarnation()));
    SessionKey whole = Samples.session(session.key().tenantId());
    SessionKey start = Samples.session(session.key().tenantId());
    sessions().fork(session.key(), whole.sessionId(), 5, true, NOW);
    sessions().fork(session.key(), start.sessionId(), 4, true, NOW);

    assertThat(sessions().find(session.key()).summary()).isEqualTo(summary);
    assertThat(sessions().load(List.of(session.key()), 3).get(session.key()).session().summary())
        .isEqualTo(summary);
    assertThat(sessions().find(whole).summary()).isEqualTo(summary);
    assertThat(sessions().find(start).summary()).isNull();

    commit(compaction(session, new Rewrite(12, 0, 1, List.of(), null)));
    assertThat(sessions().find(session.key()).summary()).isNull();
  }

  /** Whatever is taken out in whatever order, the store agrees with a list in memory. */
  @Test
  void random_compactions_leave_what_they_should() {
    long seed = Long.getLong("parley.test.seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Session session = longSession(random.nextBoolean());
    int system = session.system() == null ? 0 : 1;
    List<Message> expected = new ArrayList<>(messages(session.key()));
    for (int step = 0; step < 25; step++) {
      if (expected.size() - system < 2 || random.nextInt(3) > 0) {
        JobId id = Samples.job();
        TurnEnd turn =
            Samples.completed(id, session.key(), claim(id, session.key()), session.incarnation());
        List<Message> pinned = List.of(Samples.pinned("p" + step), turn.messages().getLast());
        commit(
            random.nextInt(4) > 0
                ? turn
                : new TurnEnd(turn.outcome(), 1, turn.incarnation(), pinned, turn.usage()));
        expected.addAll(messages(session.key()).subList(expected.size(), expected.size() + 2));
        continue;
      }
      int from = system + random.nextInt(expected.size() - system);
      int to = from + 1 + random.nextInt(expected.size() - from);
      List<Long> kept = new ArrayList<>();
      List<Message> left = new ArrayList<>(expected.subList(0, from));
      Message summary = random.nextBoolean() ? Samples.pinned("s" + step) : null;
      if (summary != null) {
        left.add(summary);
      }
      for (int i = from; i < to; i++) {
        if (random.nextInt(3) == 0 && kept.size() < to - from - 1) {
          kept.add((long) i);
          left.add(expected.get(i));
        }
      }
      left.addAll(expected.subList(to, expected.size()));
      CommitResult result =
          commit(compaction(session, new Rewrite(expected.size(), from, to, kept, summary)));
      assertThat(result).as("seed %d", seed).isInstanceOf(CommitResult.Committed.class);
      expected = left;

      int wanted = 1 + random.nextInt(4);
      Conversation loaded = sessions().load(List.of(session.key()), wanted).get(session.key());
      List<Message> all = expected.subList(system, expected.size());
      int recentFrom = Math.max(0, all.size() - wanted);
      assertThat(messages(session.key())).as("seed %d", seed).isEqualTo(expected);
      assertThat(loaded.session().messageCount()).isEqualTo(expected.size());
      assertThat(loaded.recent())
          .as("seed %d", seed)
          .isEqualTo(all.subList(recentFrom, all.size()));
      assertThat(loaded.pinned())
          .as("seed %d", seed)
          .isEqualTo(
              all.subList(0, recentFrom).stream()
                  .filter(message -> Boolean.TRUE.equals(message.pinned()))
                  .toList());
    }
  }
}
