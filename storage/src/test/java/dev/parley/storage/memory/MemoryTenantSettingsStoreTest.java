package dev.parley.storage.memory;

import dev.parley.storage.TenantSettingsStore;
import dev.parley.storage.contract.TenantSettingsContract;

final class MemoryTenantSettingsStoreTest extends TenantSettingsContract {

  private final MemoryTenantSettingsStore settings = new MemoryTenantSettingsStore();

  @Override
  protected TenantSettingsStore settings() {
    return settings;
  }
}
