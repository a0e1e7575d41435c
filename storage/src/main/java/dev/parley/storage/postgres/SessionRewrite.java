package dev.parley.storage.postgres;

import dev.parley.schemas.chat.Message;
import dev.parley.storage.Session;
import dev.parley.storage.TurnWriter.Rewrite;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Takes messages out of a session whose row the transaction has locked. */
final class SessionRewrite {

  // The rows are all deleted before the first is inserted: numbering them needs them all.
  private static final String TAKE_OUT =
      """
      with tail as (
        delete from messages where incarnation = ? and position >= ? returning *)
      insert into messages
        (incarnation, position, tenant_id, role, content, metadata, created_at, job_id, pinned)
      select incarnation, ? - 1 + row_number() over (order by position), tenant_id, role, content,
        metadata, created_at, job_id, pinned
      from tail
      where position >= ? or position in (select k from unnest(?::bigint[]) as u(k))
      """;

  private SessionRewrite() {}

  /** Returns what is still to be inserted: the summary, if there is one. */
  static List<MessageRows.Placed> apply(Connection connection, Session session, Rewrite rewrite)
      throws SQLException {
    Message summary = rewrite.summary();
    try (PreparedStatement takeOut = connection.prepareStatement(TAKE_OUT)) {
      new Binder(takeOut)
          .number(session.incarnation())
          .number(rewrite.from())
          .number(rewrite.from() + (summary == null ? 0 : 1))
          .number(rewrite.to())
          .numbers(rewrite.kept(), position -> position);
      takeOut.executeUpdate();
    }
    return summary == null
        ? List.of()
        : MessageRows.place(
            session.incarnation(), rewrite.from(), session.key().tenantId(), List.of(summary));
  }
}
