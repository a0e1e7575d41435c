package dev.parley.worker;

import dev.parley.schemas.TenantId;
import dev.parley.storage.TenantSettings;
import dev.parley.worker.engine.TenantPolicy;
import java.util.Map;
import java.util.function.Function;

/** What operators have set for a tenant; where that is nothing, what the deployment has. */
final class TenantShares implements TenantPolicy {

  private final Function<TenantId, TenantSettings> settings;
  private final Map<String, Integer> defaultWeights;
  private final int defaultMaxInFlight;

  /**
   * @param settings answers from memory
   * @param defaultWeights of tenants whose default is not 1
   */
  TenantShares(
      Function<TenantId, TenantSettings> settings,
      Map<String, Integer> defaultWeights,
      int defaultMaxInFlight) {
    this.settings = settings;
    this.defaultWeights = Map.copyOf(defaultWeights);
    this.defaultMaxInFlight = defaultMaxInFlight;
  }

  @Override
  public int weight(String tenant) {
    Integer weight = of(tenant).weight();
    return weight == null ? defaultWeights.getOrDefault(tenant, 1) : weight;
  }

  @Override
  public int maxInFlight(String tenant) {
    Integer maxInFlight = of(tenant).maxInFlight();
    return maxInFlight == null ? defaultMaxInFlight : maxInFlight;
  }

  private TenantSettings of(String tenant) {
    return settings.apply(new TenantId(tenant));
  }
}
