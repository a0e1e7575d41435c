package dev.parley.storage.postgres;

import dev.parley.schemas.JobId;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore.Claim;
import dev.parley.storage.JobStore.ClaimRequest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Claims jobs: one statement for a batch; a second one only when some of them had ended.
 *
 * <p>The claim is not waited for on disk. A server that crashes may forget it; then the row is
 * missing or shows a lower attempt, the commit of the turn still goes through (it inserts what is
 * missing and accepts a lower attempt), and whoever commits first ends the job.
 *
 * <p>A job that stands several times in a batch takes as many attempts at once, and its requests
 * get them in order: the last one holds the job.
 */
final class JobClaim {

  private static final String CLAIM =
      """
      with relaxed as materialized (select set_config('synchronous_commit', 'off', true) as value)
      insert into jobs as j
        (job_id, tenant_id, session_id, status, attempt, request_id, created_at, expires_at,
         metadata)
      select r.job_id, r.tenant_id, r.session_id, 'queued', r.attempts, r.request_id,
        r.created_at::timestamptz, r.expires_at::timestamptz, r.metadata::json
      from unnest(?::text[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[],
          ?::text[])
        as r(job_id, tenant_id, session_id, attempts, request_id, created_at, expires_at, metadata),
        relaxed
      where relaxed.value = 'off'
      order by r.job_id
      on conflict (job_id) do update set attempt = j.attempt + excluded.attempt
        where j.status in ('queued', 'in_progress')
      returning j.job_id, j.attempt
      """;

  private record Wanted(ClaimRequest request, int times) {
    Wanted again() {
      return new Wanted(request, times + 1);
    }
  }

  private final Database database;

  JobClaim(Database database) {
    this.database = database;
  }

  List<Claim> claim(List<ClaimRequest> requests) {
    if (requests.isEmpty()) {
      return List.of();
    }
    Map<JobId, Wanted> wanted = new LinkedHashMap<>();
    for (ClaimRequest request : requests) {
      wanted.merge(request.jobId(), new Wanted(request, 1), (first, again) -> first.again());
    }
    List<Wanted> rows = new ArrayList<>(wanted.values());
    rows.sort(Comparator.comparing(row -> row.request().jobId().value()));

    Map<JobId, Integer> attempts = database.statement(null, connection -> write(connection, rows));
    Map<JobId, Job> ended = Map.of();
    if (attempts.size() < rows.size()) {
      Set<JobId> rest = new HashSet<>(wanted.keySet());
      rest.removeAll(attempts.keySet());
      ended = database.statement(null, connection -> JobRows.byId(connection, rest));
    }
    return answers(requests, wanted, attempts, ended);
  }

  private static Map<JobId, Integer> write(Connection connection, List<Wanted> rows)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(CLAIM)) {
      new Binder(insert)
          .texts(rows, row -> row.request().jobId().value())
          .texts(rows, row -> row.request().sessionKey().tenantId().value())
          .texts(rows, row -> row.request().sessionKey().sessionId().value())
          .numbers(rows, row -> (long) row.times())
          .texts(rows, row -> row.request().requestId())
          .times(rows, row -> row.request().createdAt())
          .times(rows, row -> row.request().expiresAt())
          .jsons(rows, row -> row.request().metadata());
      Map<JobId, Integer> attempts = new HashMap<>();
      try (ResultSet claimed = insert.executeQuery()) {
        while (claimed.next()) {
          attempts.put(new JobId(claimed.getString(1)), claimed.getInt(2));
        }
      }
      return attempts;
    }
  }

  private static List<Claim> answers(
      List<ClaimRequest> requests,
      Map<JobId, Wanted> wanted,
      Map<JobId, Integer> attempts,
      Map<JobId, Job> ended) {
    Map<JobId, Integer> handedOut = new HashMap<>();
    List<Claim> answers = new ArrayList<>(requests.size());
    for (ClaimRequest request : requests) {
      JobId id = request.jobId();
      Integer last = attempts.get(id);
      Wanted want = wanted.get(id);
      Job job = ended.get(id);
      if (last != null && want != null) {
        int nth = handedOut.merge(id, 1, Integer::sum);
        answers.add(new Claim.Claimed(last - want.times() + nth));
      } else if (job != null) {
        answers.add(new Claim.AlreadyEnded(job));
      } else {
        throw new IllegalStateException("a job can be neither claimed nor read");
      }
    }
    return answers;
  }
}
