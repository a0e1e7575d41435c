package dev.parley.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.TenantId;
import dev.parley.storage.ProviderKeyStore;
import dev.parley.storage.contract.ProviderKeysContract;
import dev.parley.storage.contract.Samples;
import dev.parley.storage.contract.Services;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PostgresProviderKeysIT extends ProviderKeysContract {

  private static final String MASTER = Base64.getEncoder().encodeToString(new byte[32]);

  @Override
  protected ProviderKeyStore store() {
    return new PostgresProviderKeyStore(Services.database());
  }

  @BeforeEach
  void startWithNone() {
    Services.database()
        .statement(
            null,
            connection -> {
              try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate("delete from provider_keys");
              }
            });
  }

  @Test
  void noByteOfTheRowTellsTheKey() throws Exception {
    vault(MASTER).put(tenant, "openai", KEY);
    String row =
        Services.database()
            .statement(
                null,
                connection -> {
                  try (Statement statement = connection.createStatement();
                      ResultSet rows =
                          statement.executeQuery(
                              "select encode(sealed, 'escape') || ' ' || provider_keys::text"
                                  + " from provider_keys")) {
                    rows.next();
                    return rows.getString(1);
                  }
                });
    assertThat(row)
        .contains(tenant.value())
        .doesNotContain(KEY)
        .doesNotContain(KEY.substring(0, 8));
  }

  @Test
  void aConnectionForOneTenantSeesItsRowsAlone() throws Exception {
    TenantId other = Samples.tenant();
    vault(MASTER).put(tenant, "openai", KEY);
    vault(MASTER).put(other, "openai", KEY);
    try (Database database = new Database(DatabaseConfig.of(Services.url(), Scope.TENANT))) {
      database.start();
      assertThat(rows(database, tenant)).isEqualTo(1);
      assertThat(new PostgresProviderKeyStore(database).find(tenant, "openai")).isNotNull();
      assertThat(new PostgresProviderKeyStore(database).list(null)).hasSize(2);
    }
  }

  private static int rows(Database database, TenantId tenant) {
    return database.statement(
        tenant,
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet rows = statement.executeQuery("select count(*) from provider_keys")) {
            rows.next();
            return rows.getInt(1);
          }
        });
  }
}
