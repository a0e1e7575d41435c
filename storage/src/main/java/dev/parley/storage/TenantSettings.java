package dev.parley.storage;

import dev.parley.schemas.TenantId;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an operator has set for one tenant. Null takes the default of the deployment.
 *
 * @param weight of the tenant's turns against those of others, at least 1
 * @param maxInFlight turns at once on one worker, at least 1
 * @param maxQueued jobs that are accepted and have not ended, 0 accepts nothing
 * @param requestsPerSecond on one node of the API; 0 sets no limit
 * @param requestBurst how many of them may come at once, at least 1
 * @param monthlyBudgetUsd of a calendar month in UTC
 * @param budgetAction what happens beyond the budget
 * @param version grows by one with every change; 0 when nothing was ever set
 * @param updatedAt of the last change; null when there was none
 */
public record TenantSettings(
    TenantId tenantId,
    @Nullable Integer weight,
    @Nullable Integer maxInFlight,
    @Nullable Integer maxQueued,
    @Nullable Integer requestsPerSecond,
    @Nullable Integer requestBurst,
    @Nullable BigDecimal monthlyBudgetUsd,
    @Nullable BudgetAction budgetAction,
    long version,
    @Nullable Instant updatedAt) {

  /** Nothing is set: every default holds. */
  public static TenantSettings defaults(TenantId tenantId) {
    return new TenantSettings(tenantId, null, null, null, null, null, null, null, 0, null);
  }

  /** The same settings as another version. */
  public TenantSettings asVersion(long newVersion, Instant changedAt) {
    return new TenantSettings(
        tenantId,
        weight,
        maxInFlight,
        maxQueued,
        requestsPerSecond,
        requestBurst,
        monthlyBudgetUsd,
        budgetAction,
        newVersion,
        changedAt);
  }

  /** What happens to a tenant's turns once its budget is used up. */
  public enum BudgetAction {
    /** They fail. */
    THROW,
    /** They run, and it is logged. */
    WARN,
    /** They end without a call and without a fault. */
    SKIP
  }
}
