package dev.parley.ingest.keys;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.auth.ApiKeys;
import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.Fields;
import dev.parley.ingest.http.RouteTable;
import dev.parley.schemas.Identifiers;
import dev.parley.schemas.Json;
import dev.parley.schemas.TenantId;
import dev.parley.storage.ApiKeyStore;
import dev.parley.storage.ApiKeyStore.ApiKey;
import dev.parley.storage.ApiKeyStore.ApiKey.Role;
import java.io.IOException;
import java.time.Clock;
import java.util.Locale;

/** Making, listing and revoking keys, for administrators. A key is shown when it is made. */
public final class KeyRoutes implements RouteTable.Group {

  private static final int MAX_LABEL = 200;
  private static final int MAX_NAME = 128;

  private final ApiKeyStore store;
  private final ApiKeys keys;
  private final Clock clock;

  public KeyRoutes(ApiKeyStore store, Clock clock) {
    this.store = store;
    this.keys = new ApiKeys(store, clock);
    this.clock = clock;
  }

  @Override
  public void addTo(RouteTable table) {
    table
        .post("/admin/keys", Access.ADMIN, this::create)
        .get("/admin/keys", Access.ADMIN, this::list)
        .delete("/admin/keys/{id}", Access.ADMIN, this::revoke);
  }

  private void create(Exchange exchange) throws IOException {
    Fields body = new Fields(exchange.jsonBody());
    TenantId tenant = tenant(body.requireString("tenantId", MAX_NAME));
    Role role = role(body);
    ApiKeys.Minted minted = keys.mint(tenant, role, body.string("label", MAX_LABEL));
    ObjectNode view = render(minted.stored());
    view.put("key", minted.key());
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.set("apiKey", view);
    exchange.header("cache-control", "no-store");
    exchange.json(201, answer);
  }

  private void list(Exchange exchange) throws IOException {
    String named = exchange.query().find("tenantId");
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode items = answer.putObject("apiKeys").putArray("items");
    store.list(named == null ? null : tenant(named)).forEach(key -> items.add(render(key)));
    exchange.json(200, answer);
  }

  private void revoke(Exchange exchange) throws IOException {
    String id = exchange.pathParam("id");
    if (!store.revoke(id, clock.instant())) {
      throw ApiException.of(ErrorCode.KEY_NOT_FOUND, "there is no such key");
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("revoked", true);
    answer.put("id", id);
    exchange.json(200, answer);
  }

  private static Role role(Fields body) {
    String name = body.string("role", MAX_NAME);
    if (name == null || name.equals("tenant")) {
      return Role.TENANT;
    }
    if (name.equals("admin")) {
      return Role.ADMIN;
    }
    throw body.invalid("role", "must be tenant or admin");
  }

  private static TenantId tenant(String name) {
    if (!Identifiers.isValid(name)) {
      throw ApiException.at(
          ErrorCode.INVALID_REQUEST,
          "tenantId",
          "tenantId must match [A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    }
    return new TenantId(name);
  }

  private static ObjectNode render(ApiKey key) {
    ObjectNode view = JsonNodeFactory.instance.objectNode();
    view.put("id", key.id());
    view.put("tenantId", key.tenantId().value());
    view.put("role", key.role().name().toLowerCase(Locale.ROOT));
    if (key.label() != null) {
      view.put("label", key.label());
    }
    view.put("createdAt", Json.format(key.createdAt()));
    if (key.revokedAt() != null) {
      view.put("revokedAt", Json.format(key.revokedAt()));
    }
    return view;
  }
}
