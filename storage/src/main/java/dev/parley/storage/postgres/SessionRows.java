package dev.parley.storage.postgres;

import dev.parley.schemas.CompactionStrategy;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.storage.ContextSummary;
import dev.parley.storage.Session;
import dev.parley.storage.SessionTotals;
import dev.parley.storage.json.StoredJson;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Rows of the table sessions, which statements here call {@code s}. */
final class SessionRows {

  static final String NARROW_COLUMNS =
      """
      s.tenant_id, s.session_id, s.incarnation, s.created_at, s.updated_at, s.message_count,
      s.model, s.provider, s.max_context_tokens, s.budget_usd,
      s.input_tokens, s.output_tokens, s.cached_tokens, s.reasoning_tokens, s.cost_usd,
      s.context_strategy, s.summary_until, s.deleted_before
      """;

  static final String COLUMNS = NARROW_COLUMNS + ", s.system, s.metadata, s.summary\n";

  private SessionRows() {}

  static Session read(ResultSet row) throws SQLException {
    return read(row, "metadata");
  }

  static Session read(ResultSet row, String metadataColumn) throws SQLException {
    return new Session(
        new SessionKey(
            new TenantId(row.getString("tenant_id")), new SessionId(row.getString("session_id"))),
        row.getLong("incarnation"),
        Columns.time(row, "created_at"),
        Columns.time(row, "updated_at"),
        row.getLong("message_count"),
        StoredJson.readNullable(row.getString("system"), String.class),
        row.getString("model"),
        row.getString("provider"),
        Columns.metadata(row, metadataColumn),
        Columns.nullableInteger(row, "max_context_tokens"),
        row.getBigDecimal("budget_usd"),
        new SessionTotals(
            row.getLong("input_tokens"),
            row.getLong("output_tokens"),
            row.getLong("cached_tokens"),
            row.getLong("reasoning_tokens"),
            row.getBigDecimal("cost_usd")),
        strategy(row.getString("context_strategy")),
        summary(row),
        Columns.nullableTime(row, "deleted_before"));
  }

  private static @Nullable CompactionStrategy strategy(@Nullable String wireName) {
    return wireName == null ? null : CompactionStrategy.ofWireName(wireName).orElse(null);
  }

  private static @Nullable ContextSummary summary(ResultSet row) throws SQLException {
    String text = StoredJson.readNullable(row.getString("summary"), String.class);
    return text == null ? null : new ContextSummary(text, row.getLong("summary_until"));
  }
}
