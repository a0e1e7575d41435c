package dev.parley.ingest.reconciliation;

import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The usage events as the workers have published them, which is what the totals are made of. */
public interface PublishedUsage {

  /**
   * Hands over what is in the log, each copy of an event for itself, in the order of its partition.
   *
   * @param tenantId null: all
   * @param appendedSince what was appended before may be left out
   * @param limit how long to read at most
   * @return false when something of the time asked for was not seen: it is not kept any more, or
   *     the time was up
   */
  boolean forEach(
      @Nullable TenantId tenantId, Instant appendedSince, Duration limit, Consumer<Published> sink);

  /**
   * A copy of an event.
   *
   * @param refused whether the aggregator puts it aside rather than add it
   */
  record Published(UsageEvent event, boolean refused) {}
}
