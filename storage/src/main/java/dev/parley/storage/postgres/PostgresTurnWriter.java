package dev.parley.storage.postgres;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.Job;
import dev.parley.storage.Session;
import dev.parley.storage.TurnWriter;
import dev.parley.storage.turn.Rounds;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes any number of turns in one transaction of a handful of statements. All or nothing: when
 * PostgreSQL refuses one turn's values, none is written; give them one by one to find it.
 *
 * <p>Locks are taken in one order by everybody: sessions by incarnation, then jobs by id.
 */
public final class PostgresTurnWriter implements TurnWriter {

  private final Database database;

  public PostgresTurnWriter(Database database) {
    this.database = database;
  }

  @Override
  public List<CommitResult> commit(List<TurnEnd> ends) {
    if (ends.isEmpty()) {
      return List.of();
    }
    List<List<Integer>> rounds = Rounds.split(ends);
    return database.transaction(
        null,
        connection -> {
          Map<Integer, CommitResult> results = new HashMap<>();
          for (List<Integer> round : rounds) {
            List<CommitResult> some =
                commitRound(connection, round.stream().map(ends::get).toList());
            for (int i = 0; i < round.size(); i++) {
              results.put(round.get(i), some.get(i));
            }
          }
          return inOrder(results);
        });
  }

  private static List<CommitResult> inOrder(Map<Integer, CommitResult> results) {
    return results.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .toList();
  }

  private static List<CommitResult> commitRound(Connection connection, List<TurnEnd> ends)
      throws SQLException {
    Map<JobId, Job> fenced = JobEnds.fenced(connection, ends);
    List<TurnEnd> appending =
        ends.stream()
            .filter(end -> end.changesSession() && !fenced.containsKey(jobId(end)))
            .toList();
    Map<Long, Session> sessions = SessionAppends.count(connection, appending);

    List<CommitResult> results = new ArrayList<>(ends.size());
    List<TurnEnd> written = new ArrayList<>(ends.size());
    List<UsageEvent> usage = new ArrayList<>(ends.size());
    for (TurnEnd end : ends) {
      Job job = fenced.get(jobId(end));
      CommitResult result = resultOf(connection, end, job, sessions.get(end.incarnation()));
      results.add(result);
      if (result instanceof CommitResult.Committed) {
        written.add(end);
      }
      if ((result instanceof CommitResult.Committed || job != null)
          && JobEnds.usageCounts(end, job)) {
        usage.addAll(end.usage());
      }
    }
    JobEnds.end(connection, written);
    SessionAppends.insert(connection, appending, sessions);
    UsageRows.insert(connection, usage);
    return results;
  }

  private static CommitResult resultOf(
      Connection connection, TurnEnd end, @Nullable Job fencedBy, @Nullable Session session)
      throws SQLException {
    if (fencedBy != null) {
      return new CommitResult.Fenced(fencedBy);
    }
    if (!end.changesSession()) {
      return new CommitResult.Committed(null);
    }
    if (session != null) {
      return new CommitResult.Committed(session);
    }
    return end.rewrite() != null && isThere(connection, end)
        ? new CommitResult.SessionChanged()
        : new CommitResult.SessionGone();
  }

  private static boolean isThere(Connection connection, TurnEnd end) throws SQLException {
    JobOutcome.Ended ended = end.outcome().ended();
    Session session =
        PostgresSessionStore.find(
            connection, new SessionKey(ended.tenantId(), ended.sessionId()), "");
    return session != null && session.incarnation() == end.incarnation();
  }

  private static JobId jobId(TurnEnd end) {
    return end.outcome().ended().jobId();
  }

  @Override
  public void record(List<UsageEvent> usage) {
    UsageRows.record(database, usage);
  }

  /** Always null: the messages never stand without the job's end. */
  @Override
  public @Nullable TurnEnd recover(JobId jobId) {
    return null;
  }
}
