package dev.parley.storage.tenants;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.TenantId;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.TenantSettings;
import dev.parley.storage.TenantSettingsStore;
import dev.parley.storage.memory.MemoryTenantSettingsStore;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.SynchronousQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class TenantSettingsCacheTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Flaky store = new Flaky();
  private final SynchronousQueue<String> ticks = new SynchronousQueue<>();
  private final TenantSettingsCache cache =
      new TenantSettingsCache(store, stop -> !ticks.take().isEmpty());

  @AfterEach
  void close() {
    cache.close();
  }

  @Test
  void what_was_set_before_the_start_is_known_at_once() {
    setWeight(5);
    cache.start();

    assertThat(cache.of(ACME).weight()).isEqualTo(5);
    assertThat(cache.of(new TenantId("other")))
        .isEqualTo(TenantSettings.defaults(new TenantId("other")));
  }

  @Test
  void a_change_is_heard_of_with_the_next_tick() throws InterruptedException {
    cache.start();
    setWeight(5);
    assertThat(cache.of(ACME).weight()).isNull();

    tick();
    assertThat(cache.of(ACME).weight()).isEqualTo(5);
  }

  @Test
  void what_was_last_read_holds_while_the_store_is_away() throws InterruptedException {
    setWeight(5);
    cache.start();
    store.away = true;
    setWeight(6);
    tick();
    assertThat(cache.of(ACME).weight()).isEqualTo(5);

    store.away = false;
    tick();
    assertThat(cache.of(ACME).weight()).isEqualTo(6);
  }

  @Test
  void a_store_that_is_away_at_the_start_leaves_the_defaults() throws InterruptedException {
    store.away = true;
    setWeight(5);
    cache.start();
    assertThat(cache.of(ACME).weight()).isNull();

    store.away = false;
    tick();
    assertThat(cache.of(ACME).weight()).isEqualTo(5);
  }

  /** Returns when the reading that the tick caused is over: the next tick is waited for. */
  private void tick() throws InterruptedException {
    ticks.put("go");
    ticks.put("go");
  }

  private void setWeight(int weight) {
    store.put(new TenantSettings(ACME, weight, null, null, null, null, null, null, 0, null), NOW);
  }

  private static final class Flaky implements TenantSettingsStore {
    private final MemoryTenantSettingsStore inner = new MemoryTenantSettingsStore();
    private volatile boolean away;

    @Override
    public @Nullable TenantSettings find(TenantId tenantId) {
      return inner.find(tenantId);
    }

    @Override
    public List<TenantSettings> all() {
      if (away) {
        throw new StoreUnavailableException("postgres", new IOException("told to be away"));
      }
      return inner.all();
    }

    @Override
    public TenantSettings put(TenantSettings settings, Instant now) {
      return inner.put(settings, now);
    }
  }
}
