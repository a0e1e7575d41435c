package dev.parley.storage.postgres;

import dev.parley.schemas.TenantId;
import dev.parley.storage.TenantSettings;
import dev.parley.storage.TenantSettings.BudgetAction;
import dev.parley.storage.TenantSettingsStore;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tenants' settings as rows. */
public final class PostgresTenantSettingsStore implements TenantSettingsStore {

  private static final String COLUMNS =
      """
      tenant_id, weight, max_in_flight, max_queued, requests_per_second, request_burst,
      monthly_budget_usd, budget_action, version, updated_at
      """;

  private static final String FIND =
      "select " + COLUMNS + " from tenant_settings where tenant_id = ?";

  private static final String ALL =
      "select " + COLUMNS + " from tenant_settings order by tenant_id";

  private static final String PUT =
      """
      insert into tenant_settings as present (
        tenant_id, weight, max_in_flight, max_queued, requests_per_second, request_burst,
        monthly_budget_usd, budget_action, version, updated_at)
      values (?, ?, ?, ?, ?, ?, ?, ?, 1, ?::timestamptz)
      on conflict (tenant_id) do update set
        weight = excluded.weight,
        max_in_flight = excluded.max_in_flight,
        max_queued = excluded.max_queued,
        requests_per_second = excluded.requests_per_second,
        request_burst = excluded.request_burst,
        monthly_budget_usd = excluded.monthly_budget_usd,
        budget_action = excluded.budget_action,
        version = present.version + 1,
        updated_at = excluded.updated_at
      returning
      """
          + COLUMNS;

  private final Database database;

  public PostgresTenantSettingsStore(Database database) {
    this.database = database;
  }

  @Override
  public @Nullable TenantSettings find(TenantId tenantId) {
    return database.lookUp(
        tenantId,
        connection -> {
          try (PreparedStatement find = connection.prepareStatement(FIND)) {
            new Binder(find).text(tenantId.value());
            try (ResultSet rows = find.executeQuery()) {
              return rows.next() ? read(rows) : null;
            }
          }
        });
  }

  @Override
  public List<TenantSettings> all() {
    return database.statement(
        null,
        connection -> {
          try (PreparedStatement all = connection.prepareStatement(ALL);
              ResultSet rows = all.executeQuery()) {
            List<TenantSettings> settings = new ArrayList<>();
            while (rows.next()) {
              settings.add(read(rows));
            }
            return settings;
          }
        });
  }

  @Override
  public TenantSettings put(TenantSettings settings, Instant now) {
    return database.statement(
        settings.tenantId(),
        connection -> {
          try (PreparedStatement put = connection.prepareStatement(PUT)) {
            new Binder(put)
                .text(settings.tenantId().value())
                .integer(settings.weight())
                .integer(settings.maxInFlight())
                .integer(settings.maxQueued())
                .integer(settings.requestsPerSecond())
                .integer(settings.requestBurst())
                .decimal(settings.monthlyBudgetUsd())
                .text(wireName(settings.budgetAction()))
                .time(now);
            try (ResultSet rows = put.executeQuery()) {
              rows.next();
              return read(rows);
            }
          }
        });
  }

  private static @Nullable String wireName(@Nullable BudgetAction action) {
    return action == null ? null : action.name().toLowerCase(Locale.ROOT);
  }

  private static TenantSettings read(ResultSet row) throws SQLException {
    String action = row.getString("budget_action");
    return new TenantSettings(
        new TenantId(row.getString("tenant_id")),
        Columns.nullableInteger(row, "weight"),
        Columns.nullableInteger(row, "max_in_flight"),
        Columns.nullableInteger(row, "max_queued"),
        Columns.nullableInteger(row, "requests_per_second"),
        Columns.nullableInteger(row, "request_burst"),
        row.getBigDecimal("monthly_budget_usd"),
        action == null ? null : BudgetAction.valueOf(action.toUpperCase(Locale.ROOT)),
        row.getLong("version"),
        Columns.time(row, "updated_at"));
  }
}
