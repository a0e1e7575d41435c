package dev.parley.ingest.tenants;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Fields;
import dev.parley.ingest.http.Money;
import dev.parley.schemas.Json;
import dev.parley.schemas.TenantId;
import dev.parley.storage.TenantSettings;
import dev.parley.storage.TenantSettings.BudgetAction;
import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads and writes a tenant's settings. What takes the deployment's default is not shown. */
final class TenantSettingsJson {

  private static final int MAX_WEIGHT = 10_000;
  private static final int MAX_COUNT = 1_000_000;
  private static final int MAX_QUEUED = 1_000_000_000;
  private static final BigDecimal MAX_BUDGET = new BigDecimal(1_000_000_000);
  private static final int MAX_NAME = 128;

  private TenantSettingsJson() {}

  static TenantSettings parse(TenantId tenant, Fields body) {
    String named = body.string("id", MAX_NAME);
    if (named != null && !named.equals(tenant.value())) {
      throw ApiException.at(ErrorCode.INVALID_REQUEST, "id", "id is not the one in the path");
    }
    return new TenantSettings(
        tenant,
        body.integer("weight", 1, MAX_WEIGHT),
        body.integer("maxInFlight", 1, MAX_COUNT),
        body.integer("maxQueued", 0, MAX_QUEUED),
        body.integer("requestsPerSecond", 0, MAX_COUNT),
        body.integer("requestBurst", 1, MAX_COUNT),
        body.decimal("monthlyBudgetUsd", BigDecimal.ZERO, MAX_BUDGET),
        action(body),
        0,
        null);
  }

  private static @Nullable BudgetAction action(Fields body) {
    String name = body.string("budgetAction", MAX_NAME);
    return switch (name) {
      case null -> null;
      case "throw" -> BudgetAction.THROW;
      case "warn" -> BudgetAction.WARN;
      case "skip" -> BudgetAction.SKIP;
      default -> throw body.invalid("budgetAction", "must be throw, warn or skip");
    };
  }

  static ObjectNode render(TenantSettings settings) {
    ObjectNode view = JsonNodeFactory.instance.objectNode();
    view.put("id", settings.tenantId().value());
    put(view, "weight", settings.weight());
    put(view, "maxInFlight", settings.maxInFlight());
    put(view, "maxQueued", settings.maxQueued());
    put(view, "requestsPerSecond", settings.requestsPerSecond());
    put(view, "requestBurst", settings.requestBurst());
    if (settings.monthlyBudgetUsd() != null) {
      view.set("monthlyBudgetUsd", Money.exact(settings.monthlyBudgetUsd()));
    }
    if (settings.budgetAction() != null) {
      view.put("budgetAction", settings.budgetAction().name().toLowerCase(Locale.ROOT));
    }
    view.put("version", settings.version());
    if (settings.updatedAt() != null) {
      view.put("updatedAt", Json.format(settings.updatedAt()));
    }
    return view;
  }

  private static void put(ObjectNode view, String name, @Nullable Integer value) {
    if (value != null) {
      view.put(name, value);
    }
  }
}
