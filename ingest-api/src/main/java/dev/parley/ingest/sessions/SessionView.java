package dev.parley.ingest.sessions;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.Money;
import dev.parley.schemas.Json;
import dev.parley.storage.Session;
import dev.parley.storage.SessionTotals;

/** A session as it is shown, without its messages. */
public final class SessionView {

  private SessionView() {}

  public static ObjectNode render(Session session) {
    return render(session, true);
  }

  static ObjectNode render(Session session, boolean cost) {
    ObjectNode view = JsonNodeFactory.instance.objectNode();
    view.put("id", session.key().sessionId().value());
    view.put("tenantId", session.key().tenantId().value());
    view.put("createdAt", Json.format(session.createdAt()));
    view.put("updatedAt", Json.format(session.updatedAt()));
    view.put("messageCount", session.messageCount());
    if (session.model() != null) {
      view.put("model", session.model());
    }
    if (session.provider() != null) {
      view.put("provider", session.provider());
    }
    if (session.system() != null) {
      view.put("system", session.system());
    }
    if (session.metadata() != null) {
      view.set("metadata", session.metadata());
    }
    if (session.maxContextTokens() != null) {
      view.put("maxContextTokens", session.maxContextTokens());
    }
    if (session.contextStrategy() != null) {
      view.put("contextStrategy", session.contextStrategy().wireName());
    }
    if (session.budgetUsd() != null) {
      view.set("budgetUsd", Money.exact(session.budgetUsd()));
    }
    if (cost) {
      view.set("totals", totals(session.totals()));
    }
    return view;
  }

  private static ObjectNode totals(SessionTotals totals) {
    ObjectNode view = JsonNodeFactory.instance.objectNode();
    view.put("inputTokens", totals.inputTokens());
    view.put("outputTokens", totals.outputTokens());
    view.put("cachedTokens", totals.cachedTokens());
    view.put("reasoningTokens", totals.reasoningTokens());
    view.set("costUSD", Money.exact(totals.costUSD()));
    return view;
  }
}
