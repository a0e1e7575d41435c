package dev.parley.ingest.tenants;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.Fields;
import dev.parley.ingest.http.RouteTable;
import dev.parley.schemas.Identifiers;
import dev.parley.schemas.TenantId;
import dev.parley.storage.TenantSettings;
import dev.parley.storage.TenantSettingsStore;
import dev.parley.storage.tenants.TenantSettingsCache;
import java.io.IOException;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Weight, caps and budget of a tenant, for administrators. Tenants are not registered anywhere: one
 * for which nothing was set has every default, and is answered for all the same.
 */
public final class TenantRoutes implements RouteTable.Group {

  private final TenantSettingsStore store;
  private final TenantSettingsCache cache;
  private final Clock clock;

  /**
   * @param cache of this node, which hears of changes at once
   */
  public TenantRoutes(TenantSettingsStore store, TenantSettingsCache cache, Clock clock) {
    this.store = store;
    this.cache = cache;
    this.clock = clock;
  }

  @Override
  public void addTo(RouteTable table) {
    table
        .get("/admin/tenants", Access.ADMIN, this::list)
        .get("/admin/tenants/{id}", Access.ADMIN, this::read)
        .add("PUT", "/admin/tenants/{id}", Access.ADMIN, this::replace)
        .delete("/admin/tenants/{id}", Access.ADMIN, this::reset);
  }

  private void list(Exchange exchange) throws IOException {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode items = answer.putObject("tenants").putArray("items");
    store.all().forEach(settings -> items.add(TenantSettingsJson.render(settings)));
    exchange.json(200, answer);
  }

  private void read(Exchange exchange) throws IOException {
    TenantId tenant = tenant(exchange);
    answer(exchange, tenant, store.find(tenant));
  }

  private void replace(Exchange exchange) throws IOException {
    TenantId tenant = tenant(exchange);
    Fields body = new Fields(exchange.jsonBody());
    change(exchange, TenantSettingsJson.parse(tenant, body));
  }

  private void reset(Exchange exchange) throws IOException {
    change(exchange, TenantSettings.defaults(tenant(exchange)));
  }

  private void change(Exchange exchange, TenantSettings settings) throws IOException {
    TenantSettings stored = store.put(settings, clock.instant());
    cache.refresh();
    answer(exchange, settings.tenantId(), stored);
  }

  private static void answer(Exchange exchange, TenantId tenant, @Nullable TenantSettings settings)
      throws IOException {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.set(
        "tenant",
        TenantSettingsJson.render(settings == null ? TenantSettings.defaults(tenant) : settings));
    exchange.json(200, answer);
  }

  private static TenantId tenant(Exchange exchange) {
    String id = exchange.pathParam("id");
    if (!Identifiers.isValid(id)) {
      throw ApiException.at(
          ErrorCode.INVALID_REQUEST, "id", "id must match [A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    }
    return new TenantId(id);
  }
}
