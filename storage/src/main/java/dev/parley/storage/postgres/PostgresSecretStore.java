package dev.parley.storage.postgres;

import dev.parley.storage.SecretStore;
import java.security.SecureRandom;
import java.sql.PreparedStatement;
import java.sql.ResultSet;

/** Secrets as rows; the first insert wins, everybody reads that one. */
public final class PostgresSecretStore implements SecretStore {

  private static final int BYTES = 32;

  private static final String INSERT =
      "insert into secrets (name, secret) values (?, ?) on conflict (name) do nothing";

  private static final String FIND = "select secret from secrets where name = ?";

  private final Database database;
  private final SecureRandom random = new SecureRandom();

  public PostgresSecretStore(Database database) {
    this.database = database;
  }

  @Override
  public byte[] getOrCreate(String name) {
    byte[] candidate = new byte[BYTES];
    random.nextBytes(candidate);
    return database.transaction(
        null,
        connection -> {
          try (PreparedStatement insert = connection.prepareStatement(INSERT);
              PreparedStatement find = connection.prepareStatement(FIND)) {
            new Binder(insert).text(name).bytes(candidate);
            insert.executeUpdate();
            new Binder(find).text(name);
            try (ResultSet rows = find.executeQuery()) {
              rows.next();
              return rows.getBytes(1);
            }
          }
        });
  }
}
