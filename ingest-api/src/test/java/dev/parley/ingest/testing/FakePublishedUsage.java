package dev.parley.ingest.testing;

import dev.parley.ingest.reconciliation.PublishedUsage;
import dev.parley.schemas.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A log of usage events in a list. */
public final class FakePublishedUsage implements PublishedUsage {

  public final List<Published> events = new CopyOnWriteArrayList<>();
  public volatile boolean complete = true;

  @Override
  public boolean forEach(
      @Nullable TenantId tenantId,
      Instant appendedSince,
      Duration limit,
      Consumer<Published> sink) {
    events.stream()
        .filter(copy -> tenantId == null || tenantId.equals(copy.event().tenantId()))
        .forEach(sink);
    return complete;
  }
}
