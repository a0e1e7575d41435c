package dev.parley.storage;

import dev.parley.schemas.TenantId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps what operators have set for single tenants. */
public interface TenantSettingsStore {

  /** Null when nothing was ever set for the tenant. */
  @Nullable TenantSettings find(TenantId tenantId);

  /** Of every tenant for which anything was ever set, by tenant id. */
  List<TenantSettings> all();

  /**
   * Replaces all settings of the tenant; the last writer wins.
   *
   * @param settings whose version and time of change are not looked at
   * @return as stored, with the next version
   */
  TenantSettings put(TenantSettings settings, Instant now);
}
