package dev.parley.storage.postgres;

import dev.parley.schemas.SessionKey;
import dev.parley.schemas.chat.Message;
import dev.parley.storage.Conversation;
import dev.parley.storage.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads many sessions and their newest messages in one statement, and so from one snapshot.
 *
 * <p>A row per message; what is wide of a session comes only with its first row. How many messages
 * a session has in all does not matter: positions have no gaps, so the newest ones are a range of
 * the primary key, and older pinned ones have an index of their own.
 *
 * <p>A limit of one keeps the planner from reading all sessions: it caches its plan, perhaps when
 * there are few.
 */
final class SessionLoad {

  private static final String LOAD =
      "select "
          + SessionRows.NARROW_COLUMNS
          + """
          , case when m.position is null or m.position = f.first then s.system end as system
          , case when m.position is null or m.position = f.first then s.metadata end
              as session_metadata
          , case when m.position is null or m.position = f.first then s.summary end as summary
          , m.position, m.role, m.content, m.metadata, m.created_at as message_created_at
          , m.job_id, m.pinned, m.position < f.first as older
          from unnest(?::text[], ?::text[]) as k(tenant_id, session_id)
          cross join lateral (
            select * from sessions of_key
            where of_key.tenant_id = k.tenant_id and of_key.session_id = k.session_id limit 1) s
          cross join lateral (
            select greatest(s.message_count - ?, case when s.system is null then 0 else 1 end)
              as first) f
          left join lateral (
            select * from messages recent
            where recent.incarnation = s.incarnation and recent.position >= f.first
            union all
            (select * from messages older
              where older.incarnation = s.incarnation and older.pinned
                and older.position < f.first
              order by older.position limit ?)) m on true
          order by s.incarnation, m.position < f.first, m.position
          """;

  private final Database database;

  SessionLoad(Database database) {
    this.database = database;
  }

  Map<SessionKey, Conversation> load(Collection<SessionKey> keys, int maxMessages) {
    if (keys.isEmpty()) {
      return Map.of();
    }
    Set<SessionKey> distinct = new LinkedHashSet<>(keys);
    return database.statement(
        null,
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(LOAD)) {
            new Binder(select)
                .texts(distinct, key -> key.tenantId().value())
                .texts(distinct, key -> key.sessionId().value())
                .number(maxMessages)
                .number(Conversation.MAX_PINNED);
            try (ResultSet rows = select.executeQuery()) {
              return read(rows);
            }
          }
        });
  }

  private static Map<SessionKey, Conversation> read(ResultSet rows) throws SQLException {
    Map<SessionKey, Conversation> found = new HashMap<>();
    @Nullable Session session = null;
    List<Message> recent = new ArrayList<>();
    List<Message> pinned = new ArrayList<>();
    while (rows.next()) {
      if (session == null || session.incarnation() != rows.getLong("incarnation")) {
        put(found, session, pinned, recent);
        session = SessionRows.read(rows, "session_metadata");
        recent = new ArrayList<>();
        pinned = new ArrayList<>();
      }
      if (rows.getString("role") != null) {
        (rows.getBoolean("older") ? pinned : recent)
            .add(MessageRows.read(rows, "message_created_at"));
      }
    }
    put(found, session, pinned, recent);
    return found;
  }

  private static void put(
      Map<SessionKey, Conversation> found,
      @Nullable Session session,
      List<Message> pinned,
      List<Message> recent) {
    if (session != null) {
      found.put(session.key(), new Conversation(session, pinned, recent));
    }
  }
}
