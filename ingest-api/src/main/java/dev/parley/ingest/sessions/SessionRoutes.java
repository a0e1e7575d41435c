package dev.parley.ingest.sessions;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.Fields;
import dev.parley.ingest.http.Query;
import dev.parley.ingest.http.RouteTable;
import dev.parley.ingest.http.TenantCheck;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.chat.Message;
import dev.parley.storage.Session;
import dev.parley.storage.SessionStore;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Making sessions and reading them. */
public final class SessionRoutes implements RouteTable.Group {

  /** How many messages are read from the store in one go when all of them are asked for. */
  private static final int CHUNK = 1_000;

  private static final int DEFAULT_LIMIT = 50;

  private final SessionStore store;
  private final SessionDirectory directory;
  private final SessionUsage usage;
  private final MessageView messages;
  private final Clock clock;

  public SessionRoutes(
      SessionStore store,
      SessionDirectory directory,
      SessionUsage usage,
      MessageView messages,
      Clock clock) {
    this.store = store;
    this.directory = directory;
    this.usage = usage;
    this.messages = messages;
    this.clock = clock;
  }

  @Override
  public void addTo(RouteTable table) {
    table
        .post("/sessions", Access.TENANT, this::create)
        .get("/sessions/{id}", Access.TENANT, this::read)
        .get("/sessions/{id}/messages", Access.TENANT, this::readMessages);
  }

  private void create(Exchange exchange) throws IOException {
    Fields body = new Fields(exchange.optionalJsonBody());
    TenantCheck.check(body, exchange.tenant());
    var parsed = NewSessionParser.parse(exchange.tenant(), body, clock.instant());
    switch (store.create(parsed)) {
      case SessionStore.CreateResult.Created created -> {
        directory.created(created.session());
        exchange.header("location", "/sessions/" + parsed.key().sessionId().value());
        exchange.json(201, wrap(SessionView.render(created.session())));
      }
      case SessionStore.CreateResult.AlreadyExists exists ->
          throw ApiException.of(
              ErrorCode.SESSION_ALREADY_EXISTS, "a session of this id is there already");
    }
  }

  private void read(Exchange exchange) throws IOException {
    SessionKey key = SessionIds.ofPath(exchange);
    Include include = Include.parse(exchange.query());
    Session session = require(key);
    ObjectNode view = SessionView.render(session, include.cost());
    if (include.messages()) {
      view.set("messages", messages.render(allMessages(session)));
    }
    if (include.usage()) {
      view.set("usage", usage.of(key));
    }
    exchange.json(200, wrap(view));
  }

  private void readMessages(Exchange exchange) throws IOException {
    SessionKey key = SessionIds.ofPath(exchange);
    Query query = exchange.query();
    int limit = query.limit(DEFAULT_LIMIT);
    boolean backward = query.backward();
    Long cursor = cursor(query);
    Session session = require(key);
    MessagePage page = MessagePage.of(session.messageCount(), cursor, limit, backward);
    List<Message> items =
        page.size() == 0 ? List.of() : store.messages(key, page.from(), page.size());
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ObjectNode listing = body.putObject("messages");
    listing.set("items", messages.render(items));
    if (page.next() != null) {
      listing.put("nextCursor", page.next());
    }
    if (page.previous() != null) {
      listing.put("previousCursor", page.previous());
    }
    body.put("sessionId", key.sessionId().value());
    body.put("tenantId", key.tenantId().value());
    exchange.json(200, body);
  }

  private static @Nullable Long cursor(Query query) {
    String value = query.find("cursor", ErrorCode.INVALID_CURSOR);
    if (value == null) {
      return null;
    }
    long offset = Query.parseOffset(value);
    if (offset < 0) {
      throw ApiException.at(
          ErrorCode.INVALID_CURSOR, "cursor", "cursor must be an offset, a whole number from 0");
    }
    return offset;
  }

  private Session require(SessionKey key) {
    Session session = store.find(key);
    if (session == null) {
      throw SessionIds.notFound();
    }
    return session;
  }

  private List<Message> allMessages(Session session) {
    List<Message> all = new ArrayList<>();
    while (all.size() < session.messageCount()) {
      int wanted = (int) Math.min(CHUNK, session.messageCount() - all.size());
      List<Message> chunk = store.messages(session.key(), all.size(), wanted);
      all.addAll(chunk);
      if (chunk.size() < wanted) {
        break;
      }
    }
    return all;
  }

  static ObjectNode wrap(ObjectNode session) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.set("session", session);
    return body;
  }
}
