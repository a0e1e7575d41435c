package dev.parley.storage.postgres;

import dev.parley.schemas.SessionKey;
import dev.parley.storage.Conversation;
import dev.parley.storage.Session;
import dev.parley.storage.postgres.ReadBefore.Held;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads many sessions and their newest messages in one statement, and so from one snapshot.
 *
 * <p>A row per message; what is wide of a session comes only with its first row. How many messages
 * a session has in all does not matter: positions have no gaps, so the newest ones are a range of
 * the primary key, and older pinned ones have an index of their own. Of a session that was read
 * before, only the last message known and what follows it is read, see {@link ReadBefore}.
 *
 * <p>A limit of one keeps the planner from reading all sessions: it caches its plan, perhaps when
 * there are few.
 */
final class SessionLoad {

  private static final String LOAD =
      "select "
          + SessionRows.NARROW_COLUMNS
          + """
          , s.rewrites, f.first, f.continued
          , case when m.position is null or m.position = f.start then s.system end as system
          , case when m.position is null or m.position = f.start then s.metadata end
              as session_metadata
          , case when m.position is null or m.position = f.start then s.summary end as summary
          , m.position, m.role, m.content, m.metadata, m.created_at as message_created_at
          , m.job_id, m.pinned, m.position < f.first as older
          from unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[])
            as k(tenant_id, session_id, incarnation, rewrites, last)
          cross join lateral (
            select * from sessions of_key
            where of_key.tenant_id = k.tenant_id and of_key.session_id = k.session_id limit 1) s
          cross join lateral (
            select w.first, w.continued, case when w.continued then k.last else w.first end as start
            from (
              select b.first, coalesce(k.incarnation = s.incarnation and k.rewrites = s.rewrites
                and k.last >= b.first and k.last < s.message_count, false) as continued
              from (select greatest(
                s.message_count - ?, case when s.system is null then 0 else 1 end) as first) b
              ) w) f
          left join lateral (
            select * from messages recent
            where recent.incarnation = s.incarnation and recent.position >= f.start
            union all
            (select * from messages older
              where not f.continued and older.incarnation = s.incarnation and older.pinned
                and older.position < f.first
              order by older.position limit ?)) m on true
          order by s.incarnation, m.position < f.first, m.position
          """;

  private final Database database;
  private final ReadBefore readBefore;

  SessionLoad(Database database, ReadBefore readBefore) {
    this.database = database;
    this.readBefore = readBefore;
  }

  Map<SessionKey, Conversation> load(Collection<SessionKey> keys, int maxMessages) {
    Set<SessionKey> distinct = new LinkedHashSet<>(keys);
    Map<SessionKey, ReadBefore.Known> known = new HashMap<>();
    for (SessionKey key : distinct) {
      ReadBefore.Known before = readBefore.of(key);
      if (before != null) {
        known.put(key, before);
      }
    }
    Loading loading = new Loading(known);
    select(distinct, maxMessages, loading);
    if (!loading.otherThanKnown.isEmpty()) {
      Loading again = new Loading(Map.of());
      select(loading.otherThanKnown, maxMessages, again);
      loading.found.putAll(again.found);
    }
    return loading.found;
  }

  private void select(Set<SessionKey> keys, int maxMessages, Loading into) {
    if (keys.isEmpty()) {
      return;
    }
    database.statement(
        null,
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(LOAD)) {
            new Binder(select)
                .texts(keys, key -> key.tenantId().value())
                .texts(keys, key -> key.sessionId().value())
                .numbers(keys, key -> into.of(key, ReadBefore.Known::incarnation))
                .numbers(keys, key -> into.of(key, ReadBefore.Known::rewrites))
                .numbers(keys, key -> into.of(key, ReadBefore.Known::last))
                .number(maxMessages)
                .number(Conversation.MAX_PINNED);
            try (ResultSet rows = select.executeQuery()) {
              into.read(rows);
              return keys.size();
            }
          }
        });
  }

  /** One statement's sessions, as their rows come. */
  private final class Loading {
    final Map<SessionKey, Conversation> found = new HashMap<>();
    final Set<SessionKey> otherThanKnown = new LinkedHashSet<>();
    private final Map<SessionKey, ReadBefore.Known> known;
    private @Nullable Session session;
    private long rewrites;
    private long first;
    private boolean continued;
    private List<Held> recent = new ArrayList<>();
    private List<Held> pinned = new ArrayList<>();

    Loading(Map<SessionKey, ReadBefore.Known> known) {
      this.known = known;
    }

    @Nullable Long of(SessionKey key, Function<ReadBefore.Known, Long> what) {
      ReadBefore.Known before = known.get(key);
      return before == null ? null : what.apply(before);
    }

    void read(ResultSet rows) throws SQLException {
      // A statement that is tried again after a lost connection begins anew.
      found.clear();
      otherThanKnown.clear();
      session = null;
      while (rows.next()) {
        Session present = session;
        if (present == null || present.incarnation() != rows.getLong("incarnation")) {
          finish();
          session = SessionRows.read(rows, "session_metadata");
          rewrites = rows.getLong("rewrites");
          first = rows.getLong("first");
          continued = rows.getBoolean("continued");
          recent = new ArrayList<>();
          pinned = new ArrayList<>();
        }
        if (rows.getString("role") != null) {
          (!continued && rows.getBoolean("older") ? pinned : recent)
              .add(
                  Held.of(
                      MessageRows.read(rows, "message_created_at"),
                      rows.getString("content"),
                      rows.getString("metadata")));
        }
      }
      finish();
    }

    private void finish() {
      Session read = session;
      if (read == null) {
        return;
      }
      ReadBefore.Known before = continued ? known.get(read.key()) : null;
      ReadBefore.Known now =
          before == null
              ? ReadBefore.Known.of(read, rewrites, pinned, recent)
              : before.with(read, first, recent);
      if (now == null) {
        readBefore.forget(read.key());
        otherThanKnown.add(read.key());
        return;
      }
      found.put(read.key(), now.conversation(read));
      readBefore.put(read.key(), now);
    }
  }
}
