package dev.parley.storage.postgres;

import dev.parley.schemas.Compaction;
import dev.parley.schemas.JobError;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.chat.ChatResponse;
import dev.parley.storage.Job;
import dev.parley.storage.json.StoredJson;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Rows of the table jobs, which statements here call {@code j}. */
final class JobRows {

  static final String COLUMNS =
      """
      j.job_id, j.tenant_id, j.session_id, j.status, j.attempt, j.request_id, j.created_at,
      j.started_at, j.completed_at, j.metadata, j.response, j.error,
      j.compaction
      """;

  /**
   * The rows of an array of ids. A limit of one keeps the planner from reading all jobs: it caches
   * its plan, perhaps when there are few.
   */
  static final String OF_IDS =
      """
      from (select distinct unnest(?::text[]) as job_id) k
      cross join lateral (select * from jobs where jobs.job_id = k.job_id limit 1) j
      """;

  private static final String BY_ID = "select " + COLUMNS + OF_IDS;

  private JobRows() {}

  static Map<JobId, Job> byId(Connection connection, Collection<JobId> ids) throws SQLException {
    Map<JobId, Job> jobs = new HashMap<>();
    if (ids.isEmpty()) {
      return jobs;
    }
    try (PreparedStatement select = connection.prepareStatement(BY_ID)) {
      new Binder(select).texts(ids, JobId::value);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          Job job = read(rows);
          jobs.put(job.id(), job);
        }
      }
    }
    return jobs;
  }

  static Job read(ResultSet row) throws SQLException {
    String sessionId = row.getString("session_id");
    return new Job(
        new JobId(row.getString("job_id")),
        new TenantId(row.getString("tenant_id")),
        sessionId == null ? null : new SessionId(sessionId),
        JobStatus.ofWireName(row.getString("status")),
        row.getInt("attempt"),
        row.getString("request_id"),
        Columns.time(row, "created_at"),
        Columns.nullableTime(row, "started_at"),
        Columns.nullableTime(row, "completed_at"),
        Columns.metadata(row, "metadata"),
        StoredJson.readNullable(row.getString("response"), ChatResponse.class),
        StoredJson.readNullable(row.getString("error"), JobError.class),
        StoredJson.readNullable(row.getString("compaction"), Compaction.class));
  }
}
