package dev.parley.storage.postgres;

import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.storage.NewSession;
import dev.parley.storage.Session;
import dev.parley.storage.SessionStore.ForkResult;
import dev.parley.storage.SessionTotals;
import dev.parley.storage.turn.SessionChanges;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** Makes a session from the first messages of another. */
final class SessionCopy {

  private static final String COPY_MESSAGES =
      """
      insert into messages
        (incarnation, position, tenant_id, role, content, metadata, created_at, job_id, pinned)
      select ?, position, tenant_id, role, content, metadata, created_at, job_id, pinned
      from messages where incarnation = ? and position < ?
      """;

  private static final String SET_TOTALS =
      """
      update sessions s
      set input_tokens = ?, output_tokens = ?, cached_tokens = ?, reasoning_tokens = ?, cost_usd = ?
      where s.incarnation = ?
      returning
      """
          + SessionRows.COLUMNS;

  private final Database database;

  SessionCopy(Database database) {
    this.database = database;
  }

  ForkResult fork(
      SessionKey from, SessionId newId, long messageCount, boolean resetUsage, Instant now) {
    return database.transaction(
        from.tenantId(),
        connection -> {
          Session source = PostgresSessionStore.find(connection, from, " for share");
          if (source == null) {
            return new ForkResult.SourceNotFound();
          }
          if (messageCount < 0 || messageCount > source.messageCount()) {
            return new ForkResult.IndexOutOfRange(source.messageCount());
          }
          NewSession copy =
              new NewSession(
                  new SessionKey(from.tenantId(), newId),
                  now,
                  messageCount == 0 ? null : source.system(),
                  List.of(),
                  source.model(),
                  source.provider(),
                  source.metadata(),
                  source.maxContextTokens(),
                  source.budgetUsd(),
                  source.contextStrategy());
          Session created =
              PostgresSessionStore.insert(
                  connection,
                  copy,
                  messageCount,
                  SessionChanges.summaryOfFirst(source.summary(), messageCount));
          if (created == null) {
            return new ForkResult.TargetExists();
          }
          copyMessages(connection, source.incarnation(), created.incarnation(), messageCount);
          return new ForkResult.Forked(
              resetUsage ? created : setTotals(connection, created, source.totals()));
        });
  }

  private static void copyMessages(Connection connection, long from, long to, long messageCount)
      throws SQLException {
    try (PreparedStatement copy = connection.prepareStatement(COPY_MESSAGES)) {
      new Binder(copy).number(to).number(from).number(messageCount);
      copy.executeUpdate();
    }
  }

  private static Session setTotals(Connection connection, Session session, SessionTotals totals)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(SET_TOTALS)) {
      new Binder(update)
          .number(totals.inputTokens())
          .number(totals.outputTokens())
          .number(totals.cachedTokens())
          .number(totals.reasoningTokens())
          .decimal(totals.costUSD())
          .number(session.incarnation());
      return single(update);
    }
  }

  private static Session single(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      if (!rows.next()) {
        throw new IllegalStateException("a locked session has no row");
      }
      return SessionRows.read(rows);
    }
  }
}
