package dev.parley.storage.postgres;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobIds;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.JobOutcome.Ended;
import dev.parley.schemas.JobStatus;
import dev.parley.storage.Job;
import dev.parley.storage.TurnWriter.TurnEnd;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Fences and ends jobs.
 *
 * <p>A turn may end its job unless the job has ended or a later attempt is under way. A row with a
 * lower attempt, or none, is what a crash of the server may leave of a claim, see {@link JobClaim}.
 */
final class JobEnds {

  /**
   * What follows in the transaction finds its rows by indexes too: a plan that was cached when a
   * table was small would go on reading all of it.
   */
  private static final String STATES =
      """
      with indexed as materialized (select set_config('enable_seqscan', 'off', true) as value)
      select j.job_id, j.status, j.attempt
      """
          + JobRows.OF_IDS
          + "cross join indexed where indexed.value = 'off'";

  private static final String END =
      """
      insert into jobs as j
        (job_id, tenant_id, session_id, status, attempt, created_at, started_at, completed_at,
         response, error, compaction)
      select r.job_id, r.tenant_id, r.session_id, r.status, r.attempt, r.created_at::timestamptz,
        r.started_at::timestamptz, r.completed_at::timestamptz, r.response::json, r.error::json,
        r.compaction::json
      from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[],
          ?::text[], ?::text[], ?::text[], ?::text[])
        as r(job_id, tenant_id, session_id, status, attempt, created_at, started_at, completed_at,
          response, error, compaction)
      order by r.job_id
      on conflict (job_id) do update
        set status = excluded.status, attempt = excluded.attempt,
          started_at = coalesce(excluded.started_at, j.started_at),
          completed_at = excluded.completed_at, response = excluded.response,
          error = excluded.error, compaction = excluded.compaction
        where j.status in ('queued', 'in_progress') and j.attempt <= excluded.attempt
      """;

  private static final String SEAL =
      """
      with relaxed as materialized (select set_config('synchronous_commit', 'off', true) as value)
      insert into jobs as j
        (job_id, tenant_id, session_id, status, attempt, created_at, started_at, sealed_attempt)
      select r.job_id, r.tenant_id, r.session_id, 'in_progress', r.attempt,
        r.created_at::timestamptz, r.started_at::timestamptz, r.attempt
      from unnest(?::text[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[])
        as r(job_id, tenant_id, session_id, attempt, created_at, started_at), relaxed
      where relaxed.value = 'off'
      order by r.job_id
      on conflict (job_id) do update
        set attempt = excluded.attempt, sealed_attempt = excluded.sealed_attempt
        where j.status in ('queued', 'in_progress') and j.attempt <= excluded.attempt
      returning j.job_id
      """;

  private record State(JobStatus status, int attempt) {}

  private JobEnds() {}

  /**
   * Keeps jobs from being cancelled while their ends are written.
   *
   * <p>Not waited for on disk: a server that crashes may forget it, and then a cancel that comes
   * within the moment until the job is ended finds the messages appended.
   *
   * @return the jobs of those turn ends that may not end them any more
   */
  static Map<JobId, Job> seal(Connection connection, Collection<TurnEnd> ends) throws SQLException {
    List<TurnEnd> rows = inJobOrder(ends);
    Set<JobId> fenced = rows.stream().map(end -> ended(end).jobId()).collect(Collectors.toSet());
    try (PreparedStatement seal = connection.prepareStatement(SEAL)) {
      new Binder(seal)
          .texts(rows, end -> ended(end).jobId().value())
          .texts(rows, end -> ended(end).tenantId().value())
          .texts(rows, end -> ended(end).sessionId().value())
          .numbers(rows, end -> (long) end.attempt())
          .times(rows, JobEnds::createdAt)
          .times(rows, end -> ended(end).startedAt());
      try (ResultSet sealed = seal.executeQuery()) {
        while (sealed.next()) {
          fenced.remove(new JobId(sealed.getString(1)));
        }
      }
    }
    return JobRows.byId(connection, fenced);
  }

  private static List<TurnEnd> inJobOrder(Collection<TurnEnd> ends) {
    return ends.stream().sorted(Comparator.comparing(end -> ended(end).jobId().value())).toList();
  }

  /** The jobs of those turn ends that may not end them any more. */
  static Map<JobId, Job> fenced(Connection connection, Collection<TurnEnd> ends)
      throws SQLException {
    Map<JobId, State> states = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(STATES)) {
      new Binder(select).texts(ends, end -> ended(end).jobId().value());
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          states.put(
              new JobId(rows.getString(1)),
              new State(JobStatus.ofWireName(rows.getString(2)), rows.getInt(3)));
        }
      }
    }
    Set<JobId> fenced =
        ends.stream()
            .filter(end -> isFenced(end, states.get(ended(end).jobId())))
            .map(end -> ended(end).jobId())
            .collect(Collectors.toSet());
    return JobRows.byId(connection, fenced);
  }

  private static boolean isFenced(TurnEnd end, @Nullable State state) {
    return state != null && (state.status().isFinal() || state.attempt() > end.attempt());
  }

  /** What a cancelled turn used was paid for; another attempt's worker writes its own. */
  static boolean usageCounts(TurnEnd end, @Nullable Job fencedBy) {
    return fencedBy == null
        || (fencedBy.status() == JobStatus.CANCELLED && fencedBy.attempts() == end.attempt());
  }

  /**
   * Ends jobs that were not fenced a moment ago.
   *
   * @throws SQLException with the state of a serialization failure when one is fenced by now; the
   *     transaction has to start again
   */
  static void end(Connection connection, Collection<TurnEnd> ends) throws SQLException {
    if (ends.isEmpty()) {
      return;
    }
    List<TurnEnd> rows = inJobOrder(ends);
    try (PreparedStatement write = connection.prepareStatement(END)) {
      new Binder(write)
          .texts(rows, end -> ended(end).jobId().value())
          .texts(rows, end -> ended(end).tenantId().value())
          .texts(rows, end -> ended(end).sessionId().value())
          .texts(rows, end -> end.outcome().status().wireName())
          .numbers(rows, end -> (long) end.attempt())
          .times(rows, JobEnds::createdAt)
          .times(rows, end -> ended(end).startedAt())
          .times(rows, end -> ended(end).endedAt())
          .jsons(rows, JobEnds::response)
          .jsons(rows, JobEnds::error)
          .jsons(rows, JobEnds::compaction);
      if (write.executeUpdate() != rows.size()) {
        throw new SQLException(
            "a job was fenced while its turn was written", SqlErrors.SERIALIZATION_FAILURE);
      }
    }
  }

  private static Ended ended(TurnEnd end) {
    return end.outcome().ended();
  }

  /** For a row that has to be inserted: the time that the id tells, or the nearest one known. */
  private static Instant createdAt(TurnEnd end) {
    Ended ended = ended(end);
    Instant minted = JobIds.mintedAt(ended.jobId());
    if (minted != null) {
      return minted;
    }
    return ended.startedAt() == null ? ended.endedAt() : ended.startedAt();
  }

  private static @Nullable Object response(TurnEnd end) {
    return switch (end.outcome()) {
      case JobOutcome.Completed completed -> completed.response();
      case JobOutcome.Compacted compacted -> null;
      case JobOutcome.Failed failed -> null;
      case JobOutcome.Cancelled cancelled -> null;
      case JobOutcome.Expired expired -> null;
    };
  }

  private static @Nullable Object error(TurnEnd end) {
    return switch (end.outcome()) {
      case JobOutcome.Completed completed -> null;
      case JobOutcome.Compacted compacted -> null;
      case JobOutcome.Failed failed -> failed.error();
      case JobOutcome.Cancelled cancelled -> null;
      case JobOutcome.Expired expired -> null;
    };
  }

  private static @Nullable Object compaction(TurnEnd end) {
    return end.outcome() instanceof JobOutcome.Compacted compacted ? compacted.compaction() : null;
  }
}
