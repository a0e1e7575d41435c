package dev.parley.storage.postgres;

import dev.parley.schemas.JobId;
import dev.parley.schemas.TenantId;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore;
import dev.parley.storage.Page;
import dev.parley.storage.paging.Keyset;
import dev.parley.storage.paging.Slice;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Jobs as rows. */
public final class PostgresJobStore implements JobStore {

  private static final String MARK_STARTED =
      """
      with relaxed as materialized (select set_config('synchronous_commit', 'off', true) as value)
      update jobs j
      set status = 'in_progress', started_at = r.started_at::timestamptz
      from (
        select job_id, attempt, started_at
        from unnest(?::text[], ?::bigint[], ?::text[]) as u(job_id, attempt, started_at)
        order by job_id) r, relaxed
      where j.job_id = r.job_id and j.attempt = r.attempt
        and j.status in ('queued', 'in_progress') and relaxed.value = 'off'
      """;

  private static final String FIND =
      "select " + JobRows.COLUMNS + "from jobs j where j.tenant_id = ? and j.job_id = ?";

  private static final String LIST =
      "select " + JobRows.COLUMNS + "from jobs j where j.tenant_id = ?\n";

  private static final String CANCEL =
      """
      insert into jobs as j (job_id, tenant_id, status, attempt, created_at, completed_at)
      values (?, ?, 'cancelled', 0, ?::timestamptz, ?::timestamptz)
      on conflict (job_id) do update
        set status = 'cancelled', completed_at = excluded.completed_at
        where j.status in ('queued', 'in_progress') and j.tenant_id = excluded.tenant_id
          and (j.sealed_attempt is null or j.sealed_attempt < j.attempt)
      returning
      """
          + JobRows.COLUMNS;

  // Jobs of a session end in their order, but for those that are cancelled while they wait.
  private static final String AHEAD =
      """
      select w.job_id, a.ahead
      from unnest(?::text[], ?::text[], ?::text[]) as w(job_id, session_id, created_at)
      cross join lateral (
        select count(*) filter (where status in ('queued', 'in_progress')) as ahead
        from (
          select j.status from jobs j
          where j.tenant_id = ? and j.session_id = w.session_id
            and (j.created_at, j.job_id) < (w.created_at::timestamptz, w.job_id)
          order by j.created_at desc, j.job_id desc
          limit ?) before) a
      """;

  private static final String CANCELLED =
      "select j.job_id " + JobRows.OF_IDS + "where j.status = 'cancelled'";

  private static final String REOPEN =
      """
      update jobs set status = 'queued', error = null, started_at = null, completed_at = null
      where job_id = ? and tenant_id = ? and status = 'failed' and error ->> 'code' = ?
      """;

  private static final String ENDED =
      "select j.job_id " + JobRows.OF_IDS + "where j.status not in ('queued', 'in_progress')";

  private final Database database;
  private final JobClaim claim;

  public PostgresJobStore(Database database) {
    this.database = database;
    this.claim = new JobClaim(database);
  }

  @Override
  public List<Claim> claim(List<ClaimRequest> requests) {
    return claim.claim(requests);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Not waited for on disk: when the server crashes and forgets it, the job shows as queued
   * until its end is written, which is waited for.
   */
  @Override
  public void markStarted(Collection<Started> started) {
    if (started.isEmpty()) {
      return;
    }
    database.statement(
        null,
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(MARK_STARTED)) {
            new Binder(update)
                .texts(started, s -> s.jobId().value())
                .numbers(started, s -> (long) s.attempt())
                .times(started, Started::startedAt);
            return update.executeUpdate();
          }
        });
  }

  @Override
  public @Nullable Job find(TenantId tenantId, JobId jobId) {
    return database.lookUp(
        tenantId,
        connection -> {
          try (PreparedStatement find = connection.prepareStatement(FIND)) {
            new Binder(find).text(tenantId.value()).text(jobId.value());
            try (ResultSet rows = find.executeQuery()) {
              return rows.next() ? JobRows.read(rows) : null;
            }
          }
        });
  }

  @Override
  public Page<Job> list(JobQuery query) {
    Keyset cursor =
        query.cursor() == null ? null : Keyset.decode(Keyset.Listing.JOBS, query.cursor());
    List<Job> found = select(query, cursor);
    Page<Job> page =
        Slice.page(found, query.limit(), true, cursor != null, PostgresJobStore::cursorOf);
    return new Page<>(page.items(), page.nextCursor(), null);
  }

  private static String cursorOf(Job job) {
    return new Keyset(job.createdAt(), job.id().value()).encode(Keyset.Listing.JOBS);
  }

  private List<Job> select(JobQuery query, @Nullable Keyset cursor) {
    StringBuilder sql = new StringBuilder(LIST);
    if (query.sessionId() != null) {
      sql.append(" and j.session_id = ?");
    }
    if (query.status() != null) {
      sql.append(" and j.status = ?");
    }
    if (cursor != null) {
      sql.append(" and (j.created_at, j.job_id) < (?::timestamptz, ?)");
    }
    sql.append(" order by j.created_at desc, j.job_id desc limit ?");
    return database.statement(
        query.tenantId(),
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(sql.toString())) {
            Binder binder = new Binder(select).text(query.tenantId().value());
            if (query.sessionId() != null) {
              binder.text(query.sessionId().value());
            }
            if (query.status() != null) {
              binder.text(query.status().wireName());
            }
            if (cursor != null) {
              binder.time(cursor.time()).text(cursor.id());
            }
            binder.number(query.limit() + 1L);
            try (ResultSet rows = select.executeQuery()) {
              List<Job> jobs = new ArrayList<>();
              while (rows.next()) {
                jobs.add(JobRows.read(rows));
              }
              return jobs;
            }
          }
        });
  }

  @Override
  public Map<JobId, Integer> queuePositions(TenantId tenantId, Collection<Job> waiting) {
    List<Job> known = waiting.stream().filter(job -> job.sessionId() != null).toList();
    if (known.isEmpty()) {
      return Map.of();
    }
    return database.statement(
        tenantId,
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(AHEAD)) {
            new Binder(select)
                .texts(known, job -> job.id().value())
                .texts(known, job -> job.sessionId() == null ? null : job.sessionId().value())
                .times(known, Job::createdAt)
                .text(tenantId.value())
                .number(MAX_QUEUE_POSITION + 1L);
            Map<JobId, Integer> positions = new HashMap<>();
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                if (rows.getInt("ahead") <= MAX_QUEUE_POSITION) {
                  positions.put(new JobId(rows.getString("job_id")), rows.getInt("ahead"));
                }
              }
            }
            return positions;
          }
        });
  }

  @Override
  public Job cancel(TenantId tenantId, JobId jobId, Instant createdAt, Instant now) {
    Job cancelled =
        database.lookUp(
            tenantId,
            connection -> {
              try (PreparedStatement cancel = connection.prepareStatement(CANCEL)) {
                new Binder(cancel)
                    .text(jobId.value())
                    .text(tenantId.value())
                    .time(createdAt)
                    .time(now);
                try (ResultSet rows = cancel.executeQuery()) {
                  return rows.next() ? JobRows.read(rows) : null;
                }
              }
            });
    if (cancelled != null) {
      return cancelled;
    }
    Job ended = find(tenantId, jobId);
    if (ended == null) {
      throw new IllegalArgumentException("the job belongs to another tenant");
    }
    return ended;
  }

  @Override
  public boolean reopen(TenantId tenantId, JobId jobId, String errorCode) {
    return database.statement(
        tenantId,
        connection -> {
          try (PreparedStatement reopen = connection.prepareStatement(REOPEN)) {
            new Binder(reopen).text(jobId.value()).text(tenantId.value()).text(errorCode);
            return reopen.executeUpdate() == 1;
          }
        });
  }

  @Override
  public Set<JobId> cancelledAmong(Collection<JobId> jobIds) {
    return among(jobIds, CANCELLED);
  }

  @Override
  public Set<JobId> endedAmong(Collection<JobId> jobIds) {
    return among(jobIds, ENDED);
  }

  private Set<JobId> among(Collection<JobId> jobIds, String sql) {
    if (jobIds.isEmpty()) {
      return Set.of();
    }
    return database.statement(
        null,
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(sql)) {
            new Binder(select).texts(jobIds, JobId::value);
            try (ResultSet rows = select.executeQuery()) {
              Set<JobId> found = new HashSet<>();
              while (rows.next()) {
                found.add(new JobId(rows.getString(1)));
              }
              return found;
            }
          }
        });
  }
}
