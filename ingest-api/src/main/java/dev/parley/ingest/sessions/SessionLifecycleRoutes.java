package dev.parley.ingest.sessions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.Fields;
import dev.parley.ingest.http.Listing;
import dev.parley.ingest.http.Query;
import dev.parley.ingest.http.RouteTable;
import dev.parley.ingest.http.TenantCheck;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.storage.SessionQuery;
import dev.parley.storage.SessionQuery.Direction;
import dev.parley.storage.SessionStore;
import java.io.IOException;
import java.time.Clock;

/** Listing sessions, forking them, removing them. */
public final class SessionLifecycleRoutes implements RouteTable.Group {

  private static final int DEFAULT_LIMIT = 20;

  private final SessionStore store;
  private final SessionDirectory directory;
  private final Deletions deletions;
  private final Clock clock;

  public SessionLifecycleRoutes(SessionStore store, SessionDirectory directory, Clock clock) {
    this.store = store;
    this.directory = directory;
    this.deletions = new Deletions(store, directory, clock);
    this.clock = clock;
  }

  @Override
  public void addTo(RouteTable table) {
    table
        .get("/sessions", Access.TENANT, this::list)
        .delete("/sessions/{id}", Access.TENANT, this::delete)
        .post("/sessions/{id}/fork", Access.TENANT, this::fork);
  }

  private void list(Exchange exchange) throws IOException {
    Query query = exchange.query();
    SessionQuery asked =
        new SessionQuery(
            exchange.tenant(),
            query.findFilled("model", ErrorCode.INVALID_SESSION_FILTER),
            query.findFilled("provider", ErrorCode.INVALID_SESSION_FILTER),
            query.find("cursor", ErrorCode.INVALID_CURSOR),
            query.limit(DEFAULT_LIMIT),
            query.backward() ? Direction.BACKWARD : Direction.FORWARD);
    ObjectNode body = Listing.body("sessions", () -> store.list(asked), SessionView::render);
    body.put("tenantId", exchange.tenant().value());
    exchange.json(200, body);
  }

  private void delete(Exchange exchange) throws IOException {
    SessionKey key = SessionIds.ofPath(exchange);
    if (!deletions.delete(key)) {
      throw SessionIds.notFound();
    }
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("deleted", true);
    body.put("sessionId", key.sessionId().value());
    body.put("tenantId", key.tenantId().value());
    exchange.json(200, body);
  }

  /** The message that the index names is the last one that both sessions have. */
  private void fork(Exchange exchange) throws IOException {
    SessionKey from = SessionIds.ofPath(exchange);
    Fields body = new Fields(exchange.jsonBody());
    TenantCheck.check(body, exchange.tenant());
    long index = forkIndex(body);
    boolean resetUsage = body.find("resetUsage") == null || body.flag("resetUsage");
    SessionId given = SessionIds.find(body, "newSessionId");
    SessionId newId = given == null ? SessionIds.create() : given;
    switch (store.fork(from, newId, index + 1, resetUsage, clock.instant())) {
      case SessionStore.ForkResult.Forked forked -> {
        directory.created(forked.session());
        ObjectNode view = JsonNodeFactory.instance.objectNode();
        view.put("forkedFromMessageIndex", index);
        view.put("forkedFromSessionId", from.sessionId().value());
        view.put("resetUsage", resetUsage);
        view.set("session", SessionView.render(forked.session()));
        exchange.header("location", "/sessions/" + newId.value());
        exchange.json(201, view);
      }
      case SessionStore.ForkResult.SourceNotFound _ -> throw SessionIds.notFound();
      case SessionStore.ForkResult.TargetExists _ ->
          throw ApiException.at(
              ErrorCode.SESSION_ALREADY_EXISTS,
              "newSessionId",
              "a session of this id is there already");
      case SessionStore.ForkResult.IndexOutOfRange outOfRange ->
          throw invalidIndex(
              "fromMessageIndex must be below the session's "
                  + outOfRange.sourceMessageCount()
                  + " messages");
    }
  }

  private static long forkIndex(Fields body) {
    JsonNode value = body.find("fromMessageIndex");
    if (value == null
        || !value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < 0) {
      throw invalidIndex("fromMessageIndex is required: the position of a message, from 0");
    }
    return value.intValue();
  }

  private static ApiException invalidIndex(String message) {
    return ApiException.at(ErrorCode.INVALID_FORK_INDEX, "fromMessageIndex", message);
  }
}
