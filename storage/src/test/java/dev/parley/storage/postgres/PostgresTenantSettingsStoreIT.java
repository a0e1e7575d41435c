package dev.parley.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.TenantId;
import dev.parley.storage.TenantSettings;
import dev.parley.storage.TenantSettingsStore;
import dev.parley.storage.contract.Samples;
import dev.parley.storage.contract.Services;
import dev.parley.storage.contract.TenantSettingsContract;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

final class PostgresTenantSettingsStoreIT extends TenantSettingsContract {

  @Override
  protected TenantSettingsStore settings() {
    return new PostgresTenantSettingsStore(Services.database());
  }

  @Test
  void connections_for_tenants_can_do_all_of_it_and_see_one_tenant() {
    TenantId tenant = Samples.tenant();
    TenantId other = Samples.tenant();
    try (Database database = new Database(DatabaseConfig.of(Services.url(), Scope.TENANT))) {
      database.start();
      TenantSettingsStore settings = new PostgresTenantSettingsStore(database);
      settings.put(TenantSettings.defaults(tenant), Samples.NOW);
      settings.put(TenantSettings.defaults(tenant), Samples.NOW);
      settings.put(TenantSettings.defaults(other), Samples.NOW);

      assertThat(settings.all()).extracting(TenantSettings::tenantId).contains(tenant, other);
      assertThat(settings.find(tenant)).isNotNull();
      assertThat(rowsSeenBy(database, tenant)).isEqualTo(1);
    }
  }

  private static int rowsSeenBy(Database database, TenantId tenant) {
    return database.statement(
        tenant,
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet rows = statement.executeQuery("select count(*) from tenant_settings")) {
            rows.next();
            return rows.getInt(1);
          }
        });
  }
}
