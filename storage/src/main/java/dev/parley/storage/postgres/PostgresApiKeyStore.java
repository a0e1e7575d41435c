package dev.parley.storage.postgres;

import dev.parley.schemas.TenantId;
import dev.parley.storage.ApiKeyStore;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** API keys as rows. */
public final class PostgresApiKeyStore implements ApiKeyStore {

  private static final String COLUMNS =
      "key_id, tenant_id, role, sha256, label, created_at, revoked_at";

  private static final String ADD =
      """
      insert into api_keys (key_id, tenant_id, role, sha256, label, created_at, revoked_at)
      values (?, ?, ?, ?, ?, ?::timestamptz, ?::timestamptz)
      on conflict do nothing
      """;

  private static final String FIND = "select " + COLUMNS + " from api_keys where sha256 = ?";

  private static final String LIST = "select " + COLUMNS + " from api_keys";
  private static final String OF_TENANT = " where tenant_id = ?";
  private static final String IN_ORDER = " order by created_at, key_id";

  private static final String REVOKE =
      "update api_keys set revoked_at = coalesce(revoked_at, ?::timestamptz) where key_id = ?";

  private final Database database;

  public PostgresApiKeyStore(Database database) {
    this.database = database;
  }

  @Override
  public void add(ApiKey key) {
    database.statement(
        null,
        connection -> {
          try (PreparedStatement insert = connection.prepareStatement(ADD)) {
            new Binder(insert)
                .text(key.id())
                .text(key.tenantId().value())
                .text(key.role().name().toLowerCase(Locale.ROOT))
                .text(key.sha256Hex())
                .text(key.label())
                .time(key.createdAt())
                .time(key.revokedAt());
            return insert.executeUpdate();
          }
        });
  }

  @Override
  public @Nullable ApiKey findByHash(String sha256Hex) {
    return database.lookUp(
        null,
        connection -> {
          try (PreparedStatement find = connection.prepareStatement(FIND)) {
            new Binder(find).text(sha256Hex);
            try (ResultSet rows = find.executeQuery()) {
              return rows.next() ? read(rows) : null;
            }
          }
        });
  }

  @Override
  public List<ApiKey> list(@Nullable TenantId tenantId) {
    String sql = tenantId == null ? LIST + IN_ORDER : LIST + OF_TENANT + IN_ORDER;
    return database.statement(
        null,
        connection -> {
          try (PreparedStatement list = connection.prepareStatement(sql)) {
            if (tenantId != null) {
              new Binder(list).text(tenantId.value());
            }
            try (ResultSet rows = list.executeQuery()) {
              List<ApiKey> keys = new ArrayList<>();
              while (rows.next()) {
                keys.add(read(rows));
              }
              return keys;
            }
          }
        });
  }

  @Override
  public boolean revoke(String id, Instant now) {
    return database.statement(
        null,
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(REVOKE)) {
            new Binder(update).time(now).text(id);
            return update.executeUpdate() == 1;
          }
        });
  }

  private static ApiKey read(ResultSet row) throws SQLException {
    return new ApiKey(
        row.getString("key_id"),
        new TenantId(row.getString("tenant_id")),
        ApiKey.Role.valueOf(row.getString("role").toUpperCase(Locale.ROOT)),
        row.getString("sha256"),
        row.getString("label"),
        Columns.time(row, "created_at"),
        Columns.nullableTime(row, "revoked_at"));
  }
}
