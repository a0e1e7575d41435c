package dev.parley.ingest.admission;

import dev.parley.storage.TenantSettings;
import java.time.Duration;

/**
 * How many requests a tenant may make.
 *
 * @param perSecond 0 sets no limit
 * @param burst how many may come at once, at least 1
 */
public record Rate(int perSecond, int burst) {

  /** As set for a tenant; a rate that is set without a burst lets a second's worth come at once. */
  Rate with(TenantSettings settings) {
    Integer tenantRate = settings.requestsPerSecond();
    Integer tenantBurst = settings.requestBurst();
    if (tenantRate == null) {
      return tenantBurst == null ? this : new Rate(perSecond, tenantBurst);
    }
    return new Rate(tenantRate, tenantBurst == null ? Math.max(1, tenantRate) : tenantBurst);
  }

  boolean isUnlimited() {
    return perSecond == 0;
  }

  /** How long one request uses up. */
  long intervalNanos() {
    return Duration.ofSeconds(1).toNanos() / perSecond;
  }

  /** How long a whole burst uses up. */
  long windowNanos() {
    return intervalNanos() * burst;
  }
}
