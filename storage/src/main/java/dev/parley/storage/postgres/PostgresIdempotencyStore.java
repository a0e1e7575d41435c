package dev.parley.storage.postgres;

import dev.parley.schemas.JobId;
import dev.parley.storage.IdempotencyStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Idempotency keys as rows, whose locks put requests with one key behind one another. */
public final class PostgresIdempotencyStore implements IdempotencyStore {

  private static final String CLAIM =
      """
      insert into idempotency_keys as k
        (tenant_id, key_sha256, request_sha256, job_id, created_at, held_until, published)
      values (?, ?, ?, ?, ?::timestamptz, ?::timestamptz, false)
      on conflict (tenant_id, key_sha256) do update set
        request_sha256 = excluded.request_sha256,
        job_id = case when k.created_at <= ?::timestamptz then excluded.job_id else k.job_id end,
        created_at = case
          when k.created_at <= ?::timestamptz then excluded.created_at else k.created_at end,
        held_until = excluded.held_until,
        published = false
      where k.created_at <= ?::timestamptz
        or (not k.published and k.held_until <= excluded.created_at
          and k.request_sha256 = excluded.request_sha256)
      returning k.job_id
      """;

  private static final String FIND =
      """
      select request_sha256, job_id, published from idempotency_keys
      where tenant_id = ? and key_sha256 = ? and created_at > ?::timestamptz
      """;

  private static final String PUBLISHED =
      """
      update idempotency_keys set published = true
      where tenant_id = ? and key_sha256 = ? and job_id = ?
      """;

  private static final String RELEASE =
      """
      update idempotency_keys set held_until = '-infinity'
      where tenant_id = ? and key_sha256 = ? and job_id = ? and not published
      """;

  private static final String PURGE =
      "delete from idempotency_keys where created_at <= ?::timestamptz";

  private final Database database;

  public PostgresIdempotencyStore(Database database) {
    this.database = database;
  }

  @Override
  public Claim claim(KeyedRequest request, JobId job, Instant now, Instant heldUntil) {
    return database.transaction(
        request.tenantId(),
        connection -> {
          while (true) {
            String granted = insert(connection, request, job, now, heldUntil);
            if (granted != null) {
              return new Claim.Granted(new JobId(granted), granted.equals(job.value()));
            }
            Claim seen = find(connection, request, now);
            if (seen != null) {
              return seen;
            }
            // It was purged between the two statements.
          }
        });
  }

  private static @Nullable String insert(
      Connection connection, KeyedRequest request, JobId job, Instant now, Instant heldUntil)
      throws SQLException {
    Instant forgotten = now.minus(REMEMBERED);
    try (PreparedStatement claim = connection.prepareStatement(CLAIM)) {
      new Binder(claim)
          .text(request.tenantId().value())
          .text(request.keySha256())
          .text(request.requestSha256())
          .text(job.value())
          .time(now)
          .time(heldUntil)
          .time(forgotten)
          .time(forgotten)
          .time(forgotten);
      try (ResultSet rows = claim.executeQuery()) {
        return rows.next() ? rows.getString(1) : null;
      }
    }
  }

  @Override
  public @Nullable Claim find(KeyedRequest request, Instant now) {
    return database.lookUp(request.tenantId(), connection -> find(connection, request, now));
  }

  private static @Nullable Claim find(Connection connection, KeyedRequest request, Instant now)
      throws SQLException {
    try (PreparedStatement find = connection.prepareStatement(FIND)) {
      new Binder(find)
          .text(request.tenantId().value())
          .text(request.keySha256())
          .time(now.minus(REMEMBERED));
      try (ResultSet rows = find.executeQuery()) {
        if (!rows.next()) {
          return null;
        }
        if (!rows.getString("request_sha256").equals(request.requestSha256())) {
          return new Claim.OtherRequest();
        }
        JobId job = new JobId(rows.getString("job_id"));
        return rows.getBoolean("published") ? new Claim.Published(job) : new Claim.Held(job);
      }
    }
  }

  @Override
  public void published(KeyedRequest request, JobId job) {
    update(PUBLISHED, request, job);
  }

  @Override
  public void release(KeyedRequest request, JobId job) {
    update(RELEASE, request, job);
  }

  private void update(String sql, KeyedRequest request, JobId job) {
    database.statement(
        request.tenantId(),
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            new Binder(update)
                .text(request.tenantId().value())
                .text(request.keySha256())
                .text(job.value());
            return update.executeUpdate();
          }
        });
  }

  @Override
  public int purge(Instant now) {
    return database.statement(
        null,
        connection -> {
          try (PreparedStatement purge = connection.prepareStatement(PURGE)) {
            new Binder(purge).time(now.minus(REMEMBERED));
            return purge.executeUpdate();
          }
        });
  }
}
