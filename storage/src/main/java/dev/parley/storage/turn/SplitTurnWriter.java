package dev.parley.storage.turn;

import dev.parley.schemas.JobId;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.Job;
import dev.parley.storage.Session;
import dev.parley.storage.TurnWriter;
import dev.parley.storage.turn.SessionLog.Appended;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes turns whose messages and jobs are kept in different stores, in an order that loses
 * nothing: the job is sealed, so that it cannot be cancelled any more, then the messages are
 * written, with a receipt that holds the whole turn end, then the job's end.
 *
 * <p>A crash before the job's end leaves the job for a later attempt, which makes it open to a
 * cancel again; when the messages stand already, their receipt tells, and {@link #recover} goes on
 * from it.
 */
public final class SplitTurnWriter implements TurnWriter {

  private final SessionLog sessions;
  private final TurnLedger ledger;

  public SplitTurnWriter(SessionLog sessions, TurnLedger ledger) {
    this.sessions = sessions;
    this.ledger = ledger;
  }

  @Override
  public List<CommitResult> commit(List<TurnEnd> ends) {
    @Nullable CommitResult[] results = new CommitResult[ends.size()];
    for (List<Integer> round : Rounds.split(ends)) {
      List<CommitResult> some = commitRound(round.stream().map(ends::get).toList());
      for (int i = 0; i < round.size(); i++) {
        results[round.get(i)] = some.get(i);
      }
    }
    return Arrays.stream(results).map(Objects::requireNonNull).toList();
  }

  private List<CommitResult> commitRound(List<TurnEnd> ends) {
    Map<JobId, Job> fenced = ledger.seal(ends.stream().filter(TurnEnd::changesSession).toList());
    List<TurnEnd> appending =
        ends.stream()
            .filter(end -> end.changesSession() && !fenced.containsKey(jobId(end)))
            .toList();
    List<Appended> appended = sessions.append(appending);

    List<CommitResult> results = new ArrayList<>();
    ends.forEach(end -> results.add(new CommitResult.SessionGone()));
    List<@Nullable Session> sessionsAfter = new ArrayList<>();
    List<TurnEnd> ending = new ArrayList<>();
    List<Integer> endingIndexes = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < ends.size(); i++) {
      TurnEnd end = ends.get(i);
      @Nullable Session after = null;
      boolean written = true;
      if (end.changesSession() && !fenced.containsKey(jobId(end))) {
        switch (appended.get(next++)) {
          case Appended.Done(Session session) -> after = session;
          case Appended.Before(Session session, TurnEnd before) -> {
            after = session;
            end = before == null ? end : withUsage(before, end);
          }
          case Appended.Gone() -> written = false;
          case Appended.Changed() -> {
            written = false;
            results.set(i, new CommitResult.SessionChanged());
          }
        }
      }
      sessionsAfter.add(after);
      if (written) {
        ending.add(end);
        endingIndexes.add(i);
      }
    }
    end(ending, endingIndexes, sessionsAfter, results);
    return results;
  }

  private void end(
      List<TurnEnd> ending,
      List<Integer> endingIndexes,
      List<@Nullable Session> sessionsAfter,
      List<CommitResult> results) {
    List<@Nullable Job> jobs = ledger.end(ending);
    List<JobId> settled = new ArrayList<>();
    for (int i = 0; i < ending.size(); i++) {
      int index = endingIndexes.get(i);
      Job job = jobs.get(i);
      results.set(
          index,
          job == null
              ? new CommitResult.Committed(sessionsAfter.get(index))
              : new CommitResult.Fenced(job));
      if (sessionsAfter.get(index) != null && (job == null || job.status().isFinal())) {
        settled.add(jobId(ending.get(i)));
      }
    }
    sessions.settle(settled);
  }

  @Override
  public void record(List<UsageEvent> usage) {
    ledger.record(usage);
  }

  @Override
  public @Nullable TurnEnd recover(JobId jobId) {
    return sessions.receipt(jobId);
  }

  private static JobId jobId(TurnEnd end) {
    return end.outcome().ended().jobId();
  }

  /** What was appended before counts; what this attempt used as well was paid for too. */
  private static TurnEnd withUsage(TurnEnd before, TurnEnd now) {
    List<UsageEvent> usage = new ArrayList<>(before.usage());
    now.usage().stream()
        .filter(event -> usage.stream().noneMatch(e -> e.eventId().equals(event.eventId())))
        .forEach(usage::add);
    return before.withAttempt(Math.max(before.attempt(), now.attempt())).withUsage(usage);
  }
}
