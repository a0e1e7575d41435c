package dev.parley.storage.memory;

import dev.parley.schemas.TenantId;
import dev.parley.storage.ApiKeyStore;
import dev.parley.storage.json.StoredTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** API keys in the memory of this process. */
public final class MemoryApiKeyStore implements ApiKeyStore {

  // INVARIANT: touched under the lock of this object only
  private final Map<String, ApiKey> byId = new HashMap<>();

  @Override
  public synchronized void add(ApiKey key) {
    if (findByHash(key.sha256Hex()) == null) {
      byId.putIfAbsent(key.id(), with(key, key.revokedAt()));
    }
  }

  @Override
  public synchronized @Nullable ApiKey findByHash(String sha256Hex) {
    return byId.values().stream()
        .filter(key -> key.sha256Hex().equals(sha256Hex))
        .findFirst()
        .orElse(null);
  }

  @Override
  public synchronized List<ApiKey> list(@Nullable TenantId tenantId) {
    return byId.values().stream()
        .filter(key -> tenantId == null || key.tenantId().equals(tenantId))
        .sorted(Comparator.comparing(ApiKey::createdAt).thenComparing(ApiKey::id))
        .toList();
  }

  @Override
  public synchronized boolean revoke(String id, Instant now) {
    ApiKey key = byId.get(id);
    if (key == null) {
      return false;
    }
    byId.put(id, with(key, key.revokedAt() == null ? now : key.revokedAt()));
    return true;
  }

  private static ApiKey with(ApiKey key, @Nullable Instant revokedAt) {
    return new ApiKey(
        key.id(),
        key.tenantId(),
        key.role(),
        key.sha256Hex(),
        key.label(),
        StoredTime.cut(key.createdAt()),
        StoredTime.cutNullable(revokedAt));
  }
}
