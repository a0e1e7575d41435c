package dev.parley.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.storage.IdempotencyStore;
import dev.parley.storage.IdempotencyStore.KeyedRequest;
import dev.parley.storage.contract.IdempotencyStoreContract;
import dev.parley.storage.contract.Samples;
import dev.parley.storage.contract.Services;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With a connection that sees one tenant at a time, as the API has it. */
final class PostgresIdempotencyStoreIT extends IdempotencyStoreContract {

  private static Database database;

  @BeforeAll
  static void open() {
    database = new Database(DatabaseConfig.of(Services.url(), Scope.TENANT).withPoolSize(4));
    database.start();
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @Override
  protected IdempotencyStore keys() {
    return new PostgresIdempotencyStore(database);
  }

  @Test
  void row_level_security_hides_other_tenants_keys() {
    KeyedRequest mine = new KeyedRequest(Samples.tenant(), "key", "request");
    KeyedRequest theirs = new KeyedRequest(Samples.tenant(), "key", "request");
    keys().claim(mine, Samples.job(), Samples.NOW, Samples.NOW);
    keys().claim(theirs, Samples.job(), Samples.NOW, Samples.NOW);

    assertThat(rowsSeenBy(mine)).isEqualTo(1);
  }

  private static int rowsSeenBy(KeyedRequest request) {
    return database.statement(
        request.tenantId(),
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet rows = statement.executeQuery("select count(*) from idempotency_keys")) {
            rows.next();
            return rows.getInt(1);
          }
        });
  }
}
