package dev.parley.storage.postgres;

import dev.parley.storage.Page;
import dev.parley.storage.Session;
import dev.parley.storage.SessionQuery;
import dev.parley.storage.paging.Keyset;
import dev.parley.storage.paging.Slice;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists a tenant's sessions by keyset, newest update first. */
final class SessionListing {

  private static final String SELECT =
      "select " + SessionRows.COLUMNS + "from sessions s where s.tenant_id = ?\n";

  private final Database database;

  SessionListing(Database database) {
    this.database = database;
  }

  Page<Session> list(SessionQuery query) {
    Keyset cursor =
        query.cursor() == null ? null : Keyset.decode(Keyset.Listing.SESSIONS, query.cursor());
    boolean forward = query.direction() == SessionQuery.Direction.FORWARD;
    List<Session> found = select(query, cursor, forward);
    return Slice.page(found, query.limit(), forward, cursor != null, SessionListing::cursorOf);
  }

  private static String cursorOf(Session session) {
    return new Keyset(session.updatedAt(), session.key().sessionId().value())
        .encode(Keyset.Listing.SESSIONS);
  }

  private List<Session> select(SessionQuery query, @Nullable Keyset cursor, boolean forward) {
    StringBuilder sql = new StringBuilder(SELECT);
    if (query.model() != null) {
      sql.append(" and s.model = ?");
    }
    if (query.provider() != null) {
      sql.append(" and s.provider = ?");
    }
    if (cursor != null) {
      sql.append(" and (s.updated_at, s.session_id) ")
          .append(forward ? "<" : ">")
          .append(" (?::timestamptz, ?)");
    }
    sql.append(
        forward
            ? " order by s.updated_at desc, s.session_id desc limit ?"
            : " order by s.updated_at, s.session_id limit ?");
    return database.statement(
        query.tenantId(),
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(sql.toString())) {
            Binder binder = new Binder(select).text(query.tenantId().value());
            if (query.model() != null) {
              binder.text(query.model());
            }
            if (query.provider() != null) {
              binder.text(query.provider());
            }
            if (cursor != null) {
              binder.time(cursor.time()).text(cursor.id());
            }
            binder.number(query.limit() + 1L);
            try (ResultSet rows = select.executeQuery()) {
              List<Session> sessions = new ArrayList<>();
              while (rows.next()) {
                sessions.add(SessionRows.read(rows));
              }
              return sessions;
            }
          }
        });
  }
}
