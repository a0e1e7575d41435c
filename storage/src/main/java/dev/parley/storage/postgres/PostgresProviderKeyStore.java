package dev.parley.storage.postgres;

import dev.parley.schemas.TenantId;
import dev.parley.storage.ProviderKeyStore;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sealed keys as rows. */
public final class PostgresProviderKeyStore implements ProviderKeyStore {

  private static final String FIND =
      """
      select tenant_id, provider, master_key_id, sealed, updated_at
      from provider_keys where tenant_id = ? and provider = ?
      """;

  private static final String LIST =
      """
      select tenant_id, provider, master_key_id, sealed, updated_at
      from provider_keys where ?::text is null or tenant_id = ?
      order by tenant_id, provider
      """;

  private static final String PUT =
      """
      insert into provider_keys (tenant_id, provider, master_key_id, sealed, updated_at)
      values (?, ?, ?, ?, ?::timestamptz)
      on conflict (tenant_id, provider) do update set
        master_key_id = excluded.master_key_id,
        sealed = excluded.sealed,
        updated_at = excluded.updated_at
      """;

  private static final String REPLACE =
      """
      update provider_keys set master_key_id = ?, sealed = ?, updated_at = ?::timestamptz
      where tenant_id = ? and provider = ? and sealed = ?
      """;

  private static final String DELETE =
      "delete from provider_keys where tenant_id = ? and provider = ?";

  private final Database database;

  public PostgresProviderKeyStore(Database database) {
    this.database = database;
  }

  @Override
  public @Nullable SealedKey find(TenantId tenantId, String provider) {
    return database.lookUp(
        tenantId,
        connection -> {
          try (PreparedStatement find = connection.prepareStatement(FIND)) {
            new Binder(find).text(tenantId.value()).text(provider);
            List<SealedKey> found = read(find);
            return found.isEmpty() ? null : found.getFirst();
          }
        });
  }

  @Override
  public List<SealedKey> list(@Nullable TenantId tenantId) {
    return database.statement(
        tenantId,
        connection -> {
          try (PreparedStatement list = connection.prepareStatement(LIST)) {
            String tenant = tenantId == null ? null : tenantId.value();
            new Binder(list).text(tenant).text(tenant);
            return read(list);
          }
        });
  }

  @Override
  public void put(SealedKey key) {
    database.statement(
        key.tenantId(),
        connection -> {
          try (PreparedStatement put = connection.prepareStatement(PUT)) {
            new Binder(put)
                .text(key.tenantId().value())
                .text(key.provider())
                .text(key.masterKeyId())
                .bytes(key.sealed())
                .time(key.updatedAt());
            return put.executeUpdate();
          }
        });
  }

  @Override
  public boolean replace(SealedKey old, SealedKey key) {
    return database.statement(
        key.tenantId(),
        connection -> {
          try (PreparedStatement replace = connection.prepareStatement(REPLACE)) {
            new Binder(replace)
                .text(key.masterKeyId())
                .bytes(key.sealed())
                .time(key.updatedAt())
                .text(key.tenantId().value())
                .text(key.provider())
                .bytes(old.sealed());
            return replace.executeUpdate() == 1;
          }
        });
  }

  @Override
  public boolean delete(TenantId tenantId, String provider) {
    return database.statement(
        tenantId,
        connection -> {
          try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
            new Binder(delete).text(tenantId.value()).text(provider);
            return delete.executeUpdate() == 1;
          }
        });
  }

  private static List<SealedKey> read(PreparedStatement query) throws SQLException {
    try (ResultSet rows = query.executeQuery()) {
      List<SealedKey> keys = new ArrayList<>();
      while (rows.next()) {
        keys.add(
            new SealedKey(
                new TenantId(rows.getString("tenant_id")),
                rows.getString("provider"),
                rows.getString("master_key_id"),
                rows.getBytes("sealed"),
                Columns.time(rows, "updated_at")));
      }
      return keys;
    }
  }
}
