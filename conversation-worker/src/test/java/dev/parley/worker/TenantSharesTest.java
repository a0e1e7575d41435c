package dev.parley.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.TenantId;
import dev.parley.storage.TenantSettings;
import dev.parley.storage.memory.MemoryTenantSettingsStore;
import dev.parley.storage.tenants.TenantSettingsCache;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TenantSharesTest {

  private final MemoryTenantSettingsStore store = new MemoryTenantSettingsStore();
  private final TenantSettingsCache cache = new TenantSettingsCache(store);
  private final TenantShares shares = new TenantShares(cache::of, Map.of("acme", 3), 50);

  @Test
  void whatIsNotSetForATenantIsTheDeployments() {
    assertThat(shares.weight("acme")).isEqualTo(3);
    assertThat(shares.weight("other")).isEqualTo(1);
    assertThat(shares.maxInFlight("acme")).isEqualTo(50);
  }

  @Test
  void whatIsSetForATenantHoldsAsSoonAsItIsRead() {
    store.put(
        new TenantSettings(new TenantId("acme"), 7, 2, null, null, null, null, null, 0, null),
        Instant.EPOCH);
    cache.refresh();
    assertThat(shares.weight("acme")).isEqualTo(7);
    assertThat(shares.maxInFlight("acme")).isEqualTo(2);
    assertThat(shares.maxInFlight("other")).isEqualTo(50);
  }
}
