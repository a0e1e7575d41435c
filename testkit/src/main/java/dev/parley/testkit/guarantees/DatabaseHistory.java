package dev.parley.testkit.guarantees;

import dev.parley.infra.DatabaseUrl;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageTotal.Cell;
import dev.parley.testkit.guarantees.History.Amounts;
import dev.parley.testkit.guarantees.History.LedgerRow;
import dev.parley.testkit.guarantees.History.StoredJob;
import dev.parley.testkit.guarantees.History.StoredMessage;
import dev.parley.testkit.guarantees.History.Total;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rows of some tenants, in one view of the database. For one thread. */
final class DatabaseHistory implements AutoCloseable {

  private final Connection connection;
  private final String[] tenants;

  private DatabaseHistory(Connection connection, Set<String> tenants) {
    this.connection = connection;
    this.tenants = tenants.toArray(String[]::new);
  }

  static DatabaseHistory open(DatabaseUrl url, Set<String> tenants) throws SQLException {
    Connection connection = url.connect();
    try (Statement statement = connection.createStatement()) {
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      connection.setAutoCommit(false);
      statement.execute("select set_config('parley.scope', 'service', true)");
      return new DatabaseHistory(connection, tenants);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * @param sessions of jobs whose rows name none: they were cancelled before a worker had seen them
   */
  List<StoredJob> jobs(Map<JobId, SessionKey> sessions) throws SQLException {
    return query(
        """
        select job_id, tenant_id, session_id, status, attempt, created_at, started_at,
          completed_at, compaction is not null as compaction
        from jobs where tenant_id = any(?)
          and (session_id is not null or job_id = any(?))
        order by created_at, job_id
        """,
        row -> stored(row, sessions),
        sessions.keySet().stream().map(JobId::value).toArray(String[]::new));
  }

  private static StoredJob stored(ResultSet row, Map<JobId, SessionKey> sessions)
      throws SQLException {
    JobId id = new JobId(row.getString("job_id"));
    return new StoredJob(
        id,
        row.getString("session_id") == null
            ? Objects.requireNonNull(sessions.get(id))
            : session(row),
        JobStatus.ofWireName(row.getString("status")),
        row.getInt("attempt"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        instant(row, "started_at"),
        instant(row, "completed_at"),
        row.getBoolean("compaction"));
  }

  List<StoredMessage> messages() throws SQLException {
    return query(
        """
        select s.tenant_id, s.session_id, m.position, m.role, m.job_id
        from sessions s join messages m using (incarnation)
        where s.tenant_id = any(?)
        order by s.tenant_id, s.session_id, m.position
        """,
        row ->
            new StoredMessage(
                session(row), row.getLong("position"), row.getString("role"), job(row)));
  }

  List<LedgerRow> ledger() throws SQLException {
    return query(
        """
        select event_id, job_id, tenant_id, date_trunc('hour', occurred_at, 'UTC') as hour,
          provider, model, 1 as request_count, input_tokens, output_tokens, reasoning_tokens,
          cached_tokens, cached_write_tokens, coalesce(cost_usd, 0) as cost_usd,
          (cost_usd is null)::int as unpriced_request_count,
          estimated::int as estimated_request_count
        from usage_events where tenant_id = any(?)
        order by event_id
        """,
        row ->
            new LedgerRow(
                row.getString("event_id"),
                new JobId(row.getString("job_id")),
                cell(row),
                amounts(row)));
  }

  List<Total> totals() throws SQLException {
    return query(
        """
        select * from usage_totals where tenant_id = any(?)
        order by tenant_id, hour, provider, model
        """,
        row -> new Total(cell(row), amounts(row)));
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  private interface Mapping<T> {
    T map(ResultSet row) throws SQLException;
  }

  /**
   * @param more arrays for the parameters after the tenants
   */
  private <T> List<T> query(String sql, Mapping<T> mapping, String[]... more) throws SQLException {
    List<T> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, connection.createArrayOf("text", tenants));
      for (int i = 0; i < more.length; i++) {
        statement.setArray(i + 2, connection.createArrayOf("text", more[i]));
      }
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(mapping.map(rows));
        }
      }
    }
    return found;
  }

  private static SessionKey session(ResultSet row) throws SQLException {
    return new SessionKey(
        new TenantId(row.getString("tenant_id")), new SessionId(row.getString("session_id")));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  private static @Nullable JobId job(ResultSet row) throws SQLException {
    String id = row.getString("job_id");
    return id == null ? null : new JobId(id);
  }

  private static Cell cell(ResultSet row) throws SQLException {
    return new Cell(
        new TenantId(row.getString("tenant_id")),
        row.getObject("hour", OffsetDateTime.class).toInstant(),
        row.getString("provider"),
        row.getString("model"));
  }

  private static Amounts amounts(ResultSet row) throws SQLException {
    BigDecimal cost = row.getBigDecimal("cost_usd");
    return new Amounts(
        row.getLong("request_count"),
        row.getLong("input_tokens"),
        row.getLong("output_tokens"),
        row.getLong("reasoning_tokens"),
        row.getLong("cached_tokens"),
        row.getLong("cached_write_tokens"),
        cost,
        row.getLong("unpriced_request_count"),
        row.getLong("estimated_request_count"));
  }
}
