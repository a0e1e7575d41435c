package dev.parley.storage.postgres;

import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Role;
import dev.parley.storage.ContextSummary;
import dev.parley.storage.Conversation;
import dev.parley.storage.NewSession;
import dev.parley.storage.Page;
import dev.parley.storage.Session;
import dev.parley.storage.SessionQuery;
import dev.parley.storage.SessionStore;
import dev.parley.storage.json.StoredJson;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sessions as rows, their messages as rows that are appended. */
public final class PostgresSessionStore implements SessionStore {

  private static final String INSERT =
      """
      insert into sessions as s
        (tenant_id, session_id, created_at, updated_at, message_count, system, model, provider,
         metadata, max_context_tokens, budget_usd, context_strategy, summary, summary_until,
         deleted_before)
      values (?, ?, ?::timestamptz, ?::timestamptz, ?, ?::json, ?, ?, ?::json, ?, ?, ?, ?::json,
        ?::bigint,
        (select d.deleted_at from session_deletions d where d.tenant_id = ? and d.session_id = ?))
      on conflict (tenant_id, session_id) do nothing
      returning
      """
          + SessionRows.COLUMNS;

  /** In the order of the keys, as two of these at once would wait for each other else. */
  private static final String INSERT_MISSING =
      """
      insert into sessions (tenant_id, session_id, created_at, updated_at, deleted_before)
      select distinct on (r.tenant_id, r.session_id)
        r.tenant_id, r.session_id, r.created_at::timestamptz, r.created_at::timestamptz,
        d.deleted_at
      from unnest(?::text[], ?::text[], ?::text[], ?::text[])
        as r(tenant_id, session_id, created_at, asked_at)
      left join lateral (
        select of_key.deleted_at from session_deletions of_key
        where of_key.tenant_id = r.tenant_id and of_key.session_id = r.session_id limit 1) d on true
      where d.deleted_at is null or d.deleted_at < r.asked_at::timestamptz
      order by r.tenant_id, r.session_id
      on conflict (tenant_id, session_id) do nothing
      """;

  /**
   * Takes back what was just made although it was deleted meanwhile, unseen by the statement before
   * this one, which had to wait for the deletion. Whatever is there knows the last deletion else.
   */
  private static final String TAKE_BACK =
      """
      delete from sessions where incarnation = any(array(
        select s.incarnation
        from unnest(?::text[], ?::text[]) as r(tenant_id, session_id)
        cross join lateral (
          select of_key.deleted_at from session_deletions of_key
          where of_key.tenant_id = r.tenant_id and of_key.session_id = r.session_id limit 1) d
        cross join lateral (
          select of_key.incarnation, of_key.deleted_before from sessions of_key
          where of_key.tenant_id = r.tenant_id and of_key.session_id = r.session_id
            and of_key.xmin = pg_current_xact_id()::xid limit 1) s
        where s.deleted_before is distinct from d.deleted_at))
      """;

  private static final String FIND =
      "select "
          + SessionRows.COLUMNS
          + "from sessions s where s.tenant_id = ? and s.session_id = ?";

  private static final String MESSAGES =
      """
      select m.role, m.content, m.metadata, m.created_at, m.job_id, m.pinned
      from sessions s join messages m on m.incarnation = s.incarnation
      where s.tenant_id = ? and s.session_id = ?
        and m.position >= ? and m.position < ?
      order by m.position
      """;

  private static final String DELETE_SESSION =
      "delete from sessions where tenant_id = ? and session_id = ? returning incarnation";

  /** Holds up whoever is just making it, so that the deletion after it finds it. */
  private static final String CLAIM_KEY =
      """
      insert into sessions (tenant_id, session_id, created_at, updated_at)
      values (?, ?, ?::timestamptz, ?::timestamptz)
      on conflict (tenant_id, session_id) do nothing
      """;

  private static final String REMEMBER_DELETION =
      """
      insert into session_deletions (tenant_id, session_id, deleted_at)
      values (?, ?, ?::timestamptz)
      on conflict (tenant_id, session_id) do update
        set deleted_at = greatest(session_deletions.deleted_at, excluded.deleted_at)
      """;

  private static final String DELETE_MESSAGES = "delete from messages where incarnation = ?";

  private static final String PURGE_DELETIONS =
      "delete from session_deletions where deleted_at < ?::timestamptz";

  private final Database database;
  private final SessionListing listing;
  private final SessionCopy copy;
  private final SessionLoad load;

  /** Keeps of the messages that turns read what takes up to 1/32 of the heap. */
  public PostgresSessionStore(Database database) {
    this(database, Runtime.getRuntime().maxMemory() / 32);
  }

  /**
   * @param readBefore how many characters of messages may be kept, so that turns read only what was
   *     appended since the last one
   */
  PostgresSessionStore(Database database, long readBefore) {
    this.database = database;
    this.listing = new SessionListing(database);
    this.copy = new SessionCopy(database);
    this.load = new SessionLoad(database, new ReadBefore(readBefore));
  }

  @Override
  public CreateResult create(NewSession session) {
    return database.transaction(
        session.key().tenantId(),
        connection -> {
          List<Message> messages = withSystem(session);
          Session created = insert(connection, session, messages.size(), null);
          if (created == null) {
            return new CreateResult.AlreadyExists();
          }
          MessageRows.insert(
              connection,
              MessageRows.place(created.incarnation(), 0, session.key().tenantId(), messages));
          return new CreateResult.Created(created);
        });
  }

  @Override
  public void createMissing(Collection<Missing> sessions) {
    if (sessions.isEmpty()) {
      return;
    }
    database.transaction(
        null,
        connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement(INSERT_MISSING + ";" + TAKE_BACK)) {
            new Binder(insert)
                .texts(sessions, session -> session.key().tenantId().value())
                .texts(sessions, session -> session.key().sessionId().value())
                .times(sessions, Missing::createdAt)
                .times(sessions, Missing::askedAt)
                .texts(sessions, session -> session.key().tenantId().value())
                .texts(sessions, session -> session.key().sessionId().value());
            return insert.executeUpdate();
          }
        });
  }

  private static List<Message> withSystem(NewSession session) {
    if (session.system() == null) {
      return session.messages();
    }
    List<Message> messages = new ArrayList<>(session.messages().size() + 1);
    messages.add(Message.of(Role.SYSTEM, Content.of(session.system()), session.createdAt(), null));
    messages.addAll(session.messages());
    return messages;
  }

  static @Nullable Session insert(
      Connection connection,
      NewSession session,
      long messageCount,
      @Nullable ContextSummary summary)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      new Binder(insert)
          .text(session.key().tenantId().value())
          .text(session.key().sessionId().value())
          .time(session.createdAt())
          .time(session.createdAt())
          .number(messageCount)
          .json(StoredJson.writeNullable(session.system()))
          .text(session.model())
          .text(session.provider())
          .json(StoredJson.writeNullable(session.metadata()))
          .integer(session.maxContextTokens())
          .decimal(session.budgetUsd())
          .text(session.contextStrategy() == null ? null : session.contextStrategy().wireName())
          .json(summary == null ? null : StoredJson.write(summary.text()))
          .text(summary == null ? null : Long.toString(summary.until()))
          .text(session.key().tenantId().value())
          .text(session.key().sessionId().value());
      try (ResultSet rows = insert.executeQuery()) {
        return rows.next() ? SessionRows.read(rows) : null;
      }
    }
  }

  @Override
  public @Nullable Session find(SessionKey key) {
    return database.lookUp(key.tenantId(), connection -> find(connection, key, ""));
  }

  static @Nullable Session find(Connection connection, SessionKey key, String lock)
      throws SQLException {
    try (PreparedStatement find = connection.prepareStatement(FIND + lock)) {
      new Binder(find).text(key.tenantId().value()).text(key.sessionId().value());
      try (ResultSet rows = find.executeQuery()) {
        return rows.next() ? SessionRows.read(rows) : null;
      }
    }
  }

  @Override
  public List<Message> messages(SessionKey key, long fromPosition, int limit) {
    return database.statement(
        key.tenantId(),
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(MESSAGES)) {
            new Binder(select)
                .text(key.tenantId().value())
                .text(key.sessionId().value())
                .number(fromPosition)
                .number(Math.addExact(Math.max(0, fromPosition), limit));
            try (ResultSet rows = select.executeQuery()) {
              List<Message> messages = new ArrayList<>();
              while (rows.next()) {
                messages.add(MessageRows.read(rows));
              }
              return messages;
            }
          }
        });
  }

  @Override
  public Page<Session> list(SessionQuery query) {
    return listing.list(query);
  }

  @Override
  public boolean delete(SessionKey key, Instant now, boolean onItsWay) {
    return database.transaction(
        key.tenantId(),
        connection -> {
          if (onItsWay) {
            claim(connection, key, now);
          }
          try (PreparedStatement session = connection.prepareStatement(DELETE_SESSION);
              PreparedStatement deletion = connection.prepareStatement(REMEMBER_DELETION);
              PreparedStatement messages = connection.prepareStatement(DELETE_MESSAGES)) {
            new Binder(session).text(key.tenantId().value()).text(key.sessionId().value());
            try (ResultSet rows = session.executeQuery()) {
              if (!rows.next()) {
                return false;
              }
              new Binder(messages).number(rows.getLong(1));
            }
            messages.executeUpdate();
            new Binder(deletion)
                .text(key.tenantId().value())
                .text(key.sessionId().value())
                .time(now);
            deletion.executeUpdate();
            return true;
          }
        });
  }

  private static void claim(Connection connection, SessionKey key, Instant now)
      throws SQLException {
    try (PreparedStatement claim = connection.prepareStatement(CLAIM_KEY)) {
      new Binder(claim)
          .text(key.tenantId().value())
          .text(key.sessionId().value())
          .time(now)
          .time(now);
      claim.executeUpdate();
    }
  }

  @Override
  public int purgeDeletions(Instant now) {
    return database.transaction(
        null,
        connection -> {
          try (PreparedStatement purge = connection.prepareStatement(PURGE_DELETIONS)) {
            new Binder(purge).time(now.minus(DELETION_KNOWN));
            return purge.executeUpdate();
          }
        });
  }

  @Override
  public ForkResult fork(
      SessionKey from, SessionId newId, long messageCount, boolean resetUsage, Instant now) {
    return copy.fork(from, newId, messageCount, resetUsage, now);
  }

  @Override
  public Map<SessionKey, Conversation> load(Collection<SessionKey> keys, int maxMessages) {
    return load.load(keys, maxMessages);
  }
}
