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
 * nothing: first the messages, with a receipt that holds the whole turn end, then the job's end.
 *
 * <p>A crash between the two leaves a receipt, from which {@link #recover} goes on. What one
 * transaction would do better: a cancel that falls between the two finds the messages appended
 * already; the job is then cancelled though its answer stands in the session.
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
    Map<JobId, Job> fenced = ledger.fenced(ends);
    List<TurnEnd> appending =
        ends.stream().filter(end -> appends(end) && !fenced.containsKey(jobId(end))).toList();
    List<Appended> appended = sessions.append(appending);

    List<@Nullable Session> sessionsAfter = new ArrayList<>();
    List<TurnEnd> ending = new ArrayList<>();
    List<Integer> endingIndexes = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < ends.size(); i++) {
      TurnEnd end = ends.get(i);
      @Nullable Session after = null;
      boolean gone = false;
      if (appends(end) && !fenced.containsKey(jobId(end))) {
        switch (appended.get(next++)) {
          case Appended.Done(Session session) -> after = session;
          case Appended.Before(Session session, TurnEnd before) -> {
            after = session;
            end = before == null ? end : withUsage(before, end);
          }
          case Appended.Gone() -> gone = true;
        }
      }
      sessionsAfter.add(after);
      if (!gone) {
        ending.add(end);
        endingIndexes.add(i);
      }
    }
    return end(ends, ending, endingIndexes, sessionsAfter);
  }

  private List<CommitResult> end(
      List<TurnEnd> ends,
      List<TurnEnd> ending,
      List<Integer> endingIndexes,
      List<@Nullable Session> sessionsAfter) {
    List<CommitResult> results = new ArrayList<>();
    ends.forEach(end -> results.add(new CommitResult.SessionGone()));
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
    return results;
  }

  @Override
  public void record(List<UsageEvent> usage) {
    ledger.record(usage);
  }

  @Override
  public @Nullable TurnEnd recover(JobId jobId) {
    return sessions.receipt(jobId);
  }

  private static boolean appends(TurnEnd end) {
    return !end.messages().isEmpty();
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
    return new TurnEnd(
        before.outcome(),
        Math.max(before.attempt(), now.attempt()),
        before.incarnation(),
        before.messages(),
        usage);
  }
}
