package dev.parley.ingest.usage;

import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.schemas.TenantId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How many downloads of usage rows go on at once. Each holds a connection to the database for as
 * long as its client takes to read, so all of them together must leave some for everything else,
 * and those of one tenant some for the others.
 *
 * <p>Safe for use by several threads.
 */
final class Downloads {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final int most;
  private final int mostOfTenant;

  // INVARIANT: both guarded by this; no count is zero, and all is their sum
  private final Map<TenantId, Integer> byTenant = new HashMap<>();
  private int all;

  /**
   * @param most at once; a tenant has half of them, and one at least
   */
  Downloads(int most) {
    this.most = most;
    this.mostOfTenant = (most + 1) / 2;
  }

  /** What a download holds while it goes on. */
  interface Slot extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * @throws ApiException when there are too many: 429 for the tenant's own, else 503
   */
  synchronized Slot begin(TenantId tenant) {
    if (byTenant.getOrDefault(tenant, 0) >= mostOfTenant) {
      throw ApiException.retryLater(
          ErrorCode.RATE_LIMITED,
          "at most " + mostOfTenant + " downloads of usage rows at once",
          RETRY_AFTER);
    }
    if (all >= most) {
      throw ApiException.retryLater(
          ErrorCode.UNAVAILABLE, "too many downloads of usage rows go on", RETRY_AFTER);
    }
    byTenant.merge(tenant, 1, Integer::sum);
    all++;
    return () -> end(tenant);
  }

  private synchronized void end(TenantId tenant) {
    byTenant.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
    all--;
  }
}
