package dev.parley.storage.postgres;

import dev.parley.storage.Session;
import dev.parley.storage.SessionTotals;
import dev.parley.storage.TurnWriter;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.turn.SessionChanges;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Appends the messages of turns, and takes out those that compactions remove; no session may stand
 * twice in one call.
 */
final class SessionAppends {

  private static final String UPDATE =
      """
      update sessions s
      set message_count = s.message_count + r.messages,
        updated_at = greatest(s.updated_at, r.ended_at::timestamptz),
        input_tokens = s.input_tokens + r.input_tokens,
        output_tokens = s.output_tokens + r.output_tokens,
        cached_tokens = s.cached_tokens + r.cached_tokens,
        reasoning_tokens = s.reasoning_tokens + r.reasoning_tokens,
        cost_usd = s.cost_usd + r.cost_usd,
        rewrites = s.rewrites + case when r.expected is null then 0 else 1 end,
        summary = case when r.expected is not null then null
          when r.summary is not null then r.summary::json else s.summary end,
        summary_until = case when r.expected is not null then null
          when r.summary is not null then r.summary_until else s.summary_until end
      from unnest(?::bigint[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::bigint[],
          ?::bigint[], ?::bigint[], ?::bigint[], ?::numeric[], ?::bigint[], ?::text[], ?::bigint[])
        as r(incarnation, tenant_id, session_id, messages, ended_at, input_tokens, output_tokens,
          cached_tokens, reasoning_tokens, cost_usd, expected, summary, summary_until)
      where s.incarnation = r.incarnation and s.tenant_id = r.tenant_id
        and s.session_id = r.session_id
        and (r.expected is null or r.expected = s.message_count)
      returning
      """
          + SessionRows.COLUMNS;

  private SessionAppends() {}

  /**
   * Counts the turns' messages into their sessions.
   *
   * @return the sessions afterwards by incarnation; those that are gone are missing, and those that
   *     have other messages than their compaction was made for
   */
  static Map<Long, Session> count(Connection connection, Collection<TurnEnd> ends)
      throws SQLException {
    Map<Long, Session> sessions = new HashMap<>();
    if (ends.isEmpty()) {
      return sessions;
    }
    // everybody locks sessions in this order
    List<TurnEnd> rows =
        ends.stream().sorted(Comparator.comparingLong(TurnEnd::incarnation)).toList();
    try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
      new Binder(update)
          .numbers(rows, TurnEnd::incarnation)
          .texts(rows, end -> end.outcome().ended().tenantId().value())
          .texts(rows, end -> end.outcome().ended().sessionId().value())
          .numbers(rows, TurnEnd::messagesAdded)
          .times(rows, end -> end.outcome().ended().endedAt())
          .numbers(rows, end -> usage(end).inputTokens())
          .numbers(rows, end -> usage(end).outputTokens())
          .numbers(rows, end -> usage(end).cachedTokens())
          .numbers(rows, end -> usage(end).reasoningTokens())
          .decimals(rows, end -> usage(end).costUSD())
          .numbers(rows, end -> end.rewrite() == null ? null : end.rewrite().expectedMessageCount())
          .jsons(rows, end -> end.summary() == null ? null : end.summary().text())
          .numbers(rows, end -> end.summary() == null ? null : end.summary().until());
      try (ResultSet updated = update.executeQuery()) {
        while (updated.next()) {
          Session session = SessionRows.read(updated);
          sessions.put(session.incarnation(), session);
        }
      }
    }
    return sessions;
  }

  /** Puts the messages where {@link #count} has counted them. */
  static void insert(
      Connection connection, Collection<TurnEnd> ends, Map<Long, Session> sessionsAfter)
      throws SQLException {
    List<MessageRows.Placed> rows = new ArrayList<>();
    for (TurnEnd end : ends) {
      Session after = sessionsAfter.get(end.incarnation());
      TurnWriter.Rewrite rewrite = end.rewrite();
      if (after != null && rewrite != null) {
        rows.addAll(SessionRewrite.apply(connection, after, rewrite));
      } else if (after != null) {
        rows.addAll(
            MessageRows.place(
                after.incarnation(),
                after.messageCount() - end.messages().size(),
                after.key().tenantId(),
                end.messages()));
      }
    }
    MessageRows.insert(connection, rows);
  }

  private static SessionTotals usage(TurnEnd end) {
    return SessionChanges.usageOf(end);
  }
}
