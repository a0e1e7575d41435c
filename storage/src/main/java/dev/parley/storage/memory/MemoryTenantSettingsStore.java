package dev.parley.storage.memory;

import dev.parley.schemas.TenantId;
import dev.parley.storage.TenantSettings;
import dev.parley.storage.TenantSettingsStore;
import dev.parley.storage.json.StoredTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Tenants' settings in the memory of this process. Thread-safe. */
public final class MemoryTenantSettingsStore implements TenantSettingsStore {

  private final ConcurrentHashMap<TenantId, TenantSettings> byTenant = new ConcurrentHashMap<>();

  @Override
  public @Nullable TenantSettings find(TenantId tenantId) {
    return byTenant.get(tenantId);
  }

  @Override
  public List<TenantSettings> all() {
    return byTenant.values().stream()
        .sorted(Comparator.comparing(settings -> settings.tenantId().value()))
        .toList();
  }

  @Override
  public TenantSettings put(TenantSettings settings, Instant now) {
    return byTenant.compute(
        settings.tenantId(),
        (tenant, before) ->
            settings.asVersion(before == null ? 1 : before.version() + 1, StoredTime.cut(now)));
  }
}
