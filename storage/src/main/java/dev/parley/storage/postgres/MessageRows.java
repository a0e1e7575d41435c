package dev.parley.storage.postgres;

import dev.parley.schemas.JobId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Role;
import dev.parley.storage.json.StoredJson;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Rows of the table messages. */
final class MessageRows {

  /** A message at its place. */
  record Placed(long incarnation, long position, TenantId tenantId, Message message) {}

  private static final String INSERT =
      """
      insert into messages
        (incarnation, position, tenant_id, role, content, metadata, created_at, job_id, pinned)
      select r.incarnation, r.position, r.tenant_id, r.role, r.content::json, r.metadata::json,
        r.created_at::timestamptz, r.job_id, r.pinned
      from unnest(?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
          ?::text[], ?::boolean[])
        as r(incarnation, position, tenant_id, role, content, metadata, created_at, job_id, pinned)
      """;

  private MessageRows() {}

  static List<Placed> place(
      long incarnation, long firstPosition, TenantId tenantId, List<Message> messages) {
    List<Placed> placed = new ArrayList<>(messages.size());
    long position = firstPosition;
    for (Message message : messages) {
      placed.add(new Placed(incarnation, position++, tenantId, message));
    }
    return placed;
  }

  static void insert(Connection connection, List<Placed> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      new Binder(insert)
          .numbers(rows, Placed::incarnation)
          .numbers(rows, Placed::position)
          .texts(rows, row -> row.tenantId().value())
          .texts(rows, row -> row.message().role().name().toLowerCase(Locale.ROOT))
          .jsons(rows, row -> row.message().content())
          .jsons(rows, row -> row.message().metadata())
          .times(rows, row -> row.message().createdAt())
          .texts(rows, row -> row.message().jobId() == null ? null : row.message().jobId().value())
          .booleans(rows, row -> row.message().pinned());
      insert.executeUpdate();
    }
  }

  /** Reads role, content, metadata, created_at, job_id and pinned. */
  static Message read(ResultSet row) throws SQLException {
    return read(row, "created_at");
  }

  static Message read(ResultSet row, String createdAtColumn) throws SQLException {
    String jobId = row.getString("job_id");
    return new Message(
        Role.valueOf(row.getString("role").toUpperCase(Locale.ROOT)),
        StoredJson.read(row.getString("content"), Content.class),
        Columns.metadata(row, "metadata"),
        Columns.time(row, createdAtColumn),
        jobId == null ? null : new JobId(jobId),
        Columns.nullableBoolean(row, "pinned"));
  }
}
