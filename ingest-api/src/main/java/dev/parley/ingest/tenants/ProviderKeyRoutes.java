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
import dev.parley.schemas.Json;
import dev.parley.schemas.TenantId;
import dev.parley.storage.ProviderKeyStore.SealedKey;
import dev.parley.storage.secrets.ProviderKeyVault;
import dev.parley.storage.secrets.SealedSecretException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Tenants' own keys for model providers, for administrators. A key goes in and never comes out. */
public final class ProviderKeyRoutes implements RouteTable.Group {

  private static final int MAX_KEY = 4_096;

  private final ProviderKeyVault vault;

  public ProviderKeyRoutes(ProviderKeyVault vault) {
    this.vault = vault;
  }

  @Override
  public void addTo(RouteTable table) {
    String keys = "/admin/tenants/{id}/provider-keys";
    table
        .get(keys, Access.ADMIN, this::list)
        .add("PUT", keys + "/{provider}", Access.ADMIN, this::put)
        .delete(keys + "/{provider}", Access.ADMIN, this::delete);
  }

  /** What is wrong with a key; null when nothing is. */
  static @Nullable String fault(String key) {
    boolean printable = key.chars().allMatch(c -> c > ' ' && c <= '~');
    return key.isEmpty() || key.length() > MAX_KEY || !printable
        ? "must be printable ASCII without spaces, at most " + MAX_KEY + " characters"
        : null;
  }

  private void list(Exchange exchange) throws IOException {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode items = answer.putObject("providerKeys").putArray("items");
    vault.list(new TenantId(identifier(exchange, "id"))).forEach(key -> items.add(render(key)));
    exchange.json(200, answer);
  }

  private void put(Exchange exchange) throws IOException {
    TenantId tenant = new TenantId(identifier(exchange, "id"));
    String provider = identifier(exchange, "provider");
    Fields body = new Fields(exchange.jsonBody());
    String key = body.requireString("key", MAX_KEY);
    String fault = fault(key);
    if (fault != null) {
      throw body.invalid("key", fault);
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    try {
      answer.set("providerKey", render(vault.put(tenant, provider, key)));
    } catch (SealedSecretException e) {
      throw ApiException.of(ErrorCode.PROVIDER_KEYS_NOT_CONFIGURED, String.valueOf(e.getMessage()));
    }
    exchange.json(200, answer);
  }

  private void delete(Exchange exchange) throws IOException {
    TenantId tenant = new TenantId(identifier(exchange, "id"));
    String provider = identifier(exchange, "provider");
    if (!vault.delete(tenant, provider)) {
      throw ApiException.of(ErrorCode.KEY_NOT_FOUND, "there is no such key");
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("deleted", true).put("tenantId", tenant.value()).put("provider", provider);
    exchange.json(200, answer);
  }

  private static ObjectNode render(SealedKey key) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("tenantId", key.tenantId().value())
        .put("provider", key.provider())
        .put("masterKeyId", key.masterKeyId())
        .put("updatedAt", Json.format(key.updatedAt()));
  }

  private static String identifier(Exchange exchange, String name) {
    String value = exchange.pathParam(name);
    if (!Identifiers.isValid(value)) {
      throw ApiException.at(
          ErrorCode.INVALID_REQUEST, name, name + " must match [A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    }
    return value;
  }
}
