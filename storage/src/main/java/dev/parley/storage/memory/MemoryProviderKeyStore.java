package dev.parley.storage.memory;

import dev.parley.schemas.TenantId;
import dev.parley.storage.ProviderKeyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Sealed keys in the memory of this process. Thread-safe. */
public final class MemoryProviderKeyStore implements ProviderKeyStore {

  private final Map<String, SealedKey> keys = new ConcurrentSkipListMap<>();

  @Override
  public @Nullable SealedKey find(TenantId tenantId, String provider) {
    return keys.get(name(tenantId, provider));
  }

  @Override
  public List<SealedKey> list(@Nullable TenantId tenantId) {
    return keys.values().stream()
        .filter(key -> tenantId == null || key.tenantId().equals(tenantId))
        .toList();
  }

  @Override
  public void put(SealedKey key) {
    keys.put(name(key.tenantId(), key.provider()), key);
  }

  @Override
  public boolean replace(SealedKey old, SealedKey key) {
    return keys.replace(name(key.tenantId(), key.provider()), old, key);
  }

  @Override
  public boolean delete(TenantId tenantId, String provider) {
    return keys.remove(name(tenantId, provider)) != null;
  }

  private static String name(TenantId tenantId, String provider) {
    return tenantId.value() + "/" + provider;
  }
}
