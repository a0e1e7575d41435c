package dev.parley.storage.postgres;

import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageEvent.Correction;
import dev.parley.schemas.chat.FinishReason;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rows of the table usage_events. */
final class UsageRows {

  static final String COLUMNS =
      """
      event_id, job_id, tenant_id, session_id, request_id, bot_id, provider, model, finish_reason,
      duration_ms, occurred_at, routing_decision, metadata, input_tokens, output_tokens,
      cached_tokens, cached_read_tokens, cached_write_tokens, reasoning_tokens, cost_usd,
      price_version, estimated, cached_write_1h_tokens, corrects, corrects_unpriced
      """;

  private static final String INSERT =
      "insert into usage_events ("
          + COLUMNS
          + """
          )
          select r.event_id, r.job_id, r.tenant_id, r.session_id, r.request_id, r.bot_id,
            r.provider, r.model, r.finish_reason, r.duration_ms, r.occurred_at::timestamptz,
            r.routing_decision, r.metadata::json, r.input_tokens, r.output_tokens,
            r.cached_tokens, r.cached_read_tokens, r.cached_write_tokens, r.reasoning_tokens,
            r.cost_usd, r.price_version, r.estimated, r.cached_write_1h_tokens, r.corrects,
            r.corrects_unpriced
          from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
              ?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::bigint[],
              ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::numeric[],
              ?::text[], ?::boolean[], ?::bigint[], ?::text[], ?::boolean[])
            as r(
          """
          + COLUMNS
          + """
          )
          order by r.event_id
          on conflict (event_id) do nothing
          """;

  private static final Map<String, FinishReason> REASONS =
      Arrays.stream(FinishReason.values())
          .collect(Collectors.toMap(FinishReason::wireName, Function.identity()));

  private UsageRows() {}

  /** Inserts the events that are not there yet. */
  static void insert(Connection connection, Collection<UsageEvent> events) throws SQLException {
    if (events.isEmpty()) {
      return;
    }
    List<UsageEvent> rows =
        events.stream().sorted(Comparator.comparing(UsageEvent::eventId)).toList();
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      new Binder(insert)
          .texts(rows, UsageEvent::eventId)
          .texts(rows, event -> event.jobId().value())
          .texts(rows, event -> event.tenantId().value())
          .texts(rows, event -> event.sessionId().value())
          .texts(rows, UsageEvent::requestId)
          .texts(rows, UsageEvent::botId)
          .texts(rows, UsageEvent::provider)
          .texts(rows, UsageEvent::model)
          .texts(rows, event -> event.finishReason().wireName())
          .numbers(rows, UsageEvent::durationMs)
          .times(rows, UsageEvent::timestamp)
          .texts(rows, UsageEvent::routingDecision)
          .jsons(rows, UsageEvent::metadata)
          .numbers(rows, UsageEvent::inputTokens)
          .numbers(rows, UsageEvent::outputTokens)
          .numbers(rows, UsageEvent::cachedTokens)
          .numbers(rows, UsageEvent::cachedReadTokens)
          .numbers(rows, UsageEvent::cachedWriteTokens)
          .numbers(rows, UsageEvent::reasoningTokens)
          .decimals(rows, UsageEvent::costUSD)
          .texts(rows, UsageEvent::priceVersion)
          .booleans(rows, UsageEvent::estimated)
          .numbers(rows, UsageEvent::cachedWrite1hTokens)
          .texts(rows, event -> event.correction() == null ? null : event.correction().eventId())
          .booleans(rows, event -> event.correction() != null && event.correction().wasUnpriced());
      insert.executeUpdate();
    }
  }

  /** The same in a transaction of its own. */
  static void record(Database database, Collection<UsageEvent> events) {
    database.statement(
        null,
        connection -> {
          insert(connection, events);
          return events.size();
        });
  }

  static UsageEvent read(ResultSet row) throws SQLException {
    FinishReason reason = REASONS.get(row.getString("finish_reason"));
    if (reason == null) {
      throw new IllegalStateException("a usage row has a finish reason that is not known");
    }
    return new UsageEvent(
        row.getString("event_id"),
        row.getString("request_id"),
        new JobId(row.getString("job_id")),
        new SessionId(row.getString("session_id")),
        new TenantId(row.getString("tenant_id")),
        row.getString("bot_id"),
        row.getString("provider"),
        row.getString("model"),
        reason,
        row.getLong("duration_ms"),
        Columns.time(row, "occurred_at"),
        row.getString("routing_decision"),
        Columns.metadata(row, "metadata"),
        row.getLong("input_tokens"),
        row.getLong("output_tokens"),
        row.getLong("cached_tokens"),
        row.getLong("cached_read_tokens"),
        row.getLong("cached_write_tokens"),
        row.getLong("reasoning_tokens"),
        row.getBigDecimal("cost_usd"),
        row.getString("price_version"),
        row.getBoolean("estimated"),
        row.getObject("cached_write_1h_tokens", Long.class),
        correction(row));
  }

  private static @Nullable Correction correction(ResultSet row) throws SQLException {
    String corrects = row.getString("corrects");
    return corrects == null ? null : new Correction(corrects, row.getBoolean("corrects_unpriced"));
  }
}
