package dev.parley.storage.contract;

import static dev.parley.storage.contract.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.TenantId;
import dev.parley.storage.TenantSettings;
import dev.parley.storage.TenantSettings.BudgetAction;
import dev.parley.storage.TenantSettingsStore;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link TenantSettingsStore} does. */
public abstract class TenantSettingsContract {

  protected abstract TenantSettingsStore settings();

  private static TenantSettings full(TenantId tenant) {
    return new TenantSettings(
        tenant, 3, 40, 500, 60, 70, new BigDecimal("12.345678"), BudgetAction.SKIP, 0, null);
  }

  @Test
  void nothing_is_set_for_a_tenant_that_was_never_heard_of() {
    assertThat(settings().find(Samples.tenant())).isNull();
  }

  @Test
  void what_is_put_is_found_and_listed() {
    TenantId tenant = Samples.tenant();
    TenantSettings stored = settings().put(full(tenant), NOW.plusNanos(5));

    assertThat(stored).isEqualTo(full(tenant).asVersion(1, NOW));
    assertThat(settings().find(tenant)).isEqualTo(stored);
    assertThat(settings().all()).contains(stored);
  }

  @Test
  void each_change_replaces_all_and_has_the_next_version() {
    TenantId tenant = Samples.tenant();
    settings().put(full(tenant), NOW);
    TenantSettings emptied = settings().put(TenantSettings.defaults(tenant), NOW.plusSeconds(1));

    assertThat(emptied).isEqualTo(TenantSettings.defaults(tenant).asVersion(2, NOW.plusSeconds(1)));
    assertThat(settings().find(tenant)).isEqualTo(emptied);
  }

  @Test
  void tenants_have_their_own_and_stand_in_order() {
    List<TenantId> tenants =
        IntStream.range(0, 3)
            .mapToObj(i -> Samples.tenant())
            .sorted((a, b) -> b.value().compareTo(a.value()))
            .toList();
    tenants.forEach(tenant -> settings().put(full(tenant), NOW));

    assertThat(settings().all())
        .extracting(TenantSettings::tenantId)
        .filteredOn(tenants::contains)
        .containsExactlyElementsOf(tenants.reversed());
  }

  @Test
  void changes_at_once_all_count() throws Exception {
    TenantId tenant = Samples.tenant();
    List<Callable<Long>> changes =
        IntStream.range(0, 8)
            .<Callable<Long>>mapToObj(i -> () -> settings().put(full(tenant), NOW).version())
            .toList();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var done : executor.invokeAll(changes)) {
        done.get();
      }
    }
    TenantSettings last = settings().find(tenant);
    assertThat(last).isNotNull();
    assertThat(last.version()).isEqualTo(8);
  }
}
