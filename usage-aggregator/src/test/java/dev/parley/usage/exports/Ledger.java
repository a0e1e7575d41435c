package dev.parley.usage.exports;

import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.config.Stores;
import dev.parley.usage.topology.Events;
import java.math.BigDecimal;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes rows into a real ledger, and the totals that belong to it. */
public record Ledger(Stores stores) {

  public void add(Events... events) {
    List<UsageEvent> built = new ArrayList<>();
    for (Events event : events) {
      built.add(event.build());
    }
    add(built);
  }

  public void add(List<UsageEvent> events) {
    for (UsageEvent event : events) {
      JobOutcome.Ended ended =
          new JobOutcome.Ended(
              event.jobId(), event.tenantId(), event.sessionId(), 1, null, event.timestamp());
      stores
          .turns()
          .commit(
              List.of(
                  new TurnEnd(new JobOutcome.Cancelled(ended), 1, 0, List.of(), List.of(event))));
    }
    writeTotals();
  }

  /** As the aggregator would, once it has seen all. */
  public void writeTotals() {
    Map<UsageTotal.Cell, UsageTotal> totals = new HashMap<>();
    stores
        .usage()
        .forEachEvent(
            new UsageFilter(null, null, null, null, null, null, null),
            event -> totals.merge(cell(event), total(event), Ledger::sum));
    stores.usage().writeTotals(totals.values());
  }

  private static UsageTotal.Cell cell(UsageEvent event) {
    return new UsageTotal.Cell(
        event.tenantId(),
        event.timestamp().truncatedTo(ChronoUnit.HOURS),
        event.provider(),
        event.model());
  }

  private static UsageTotal total(UsageEvent event) {
    return new UsageTotal(
        cell(event),
        1,
        event.requests(),
        event.inputTokens(),
        event.outputTokens(),
        event.reasoningTokens(),
        event.cachedTokens(),
        event.cachedWriteTokens(),
        event.costUSD() == null ? BigDecimal.ZERO : event.costUSD(),
        event.unpricedRequests(),
        event.estimated() ? 1 : 0);
  }

  private static UsageTotal sum(UsageTotal a, UsageTotal b) {
    return new UsageTotal(
        a.cell(),
        a.version() + b.version(),
        a.requestCount() + b.requestCount(),
        a.inputTokens() + b.inputTokens(),
        a.outputTokens() + b.outputTokens(),
        a.reasoningTokens() + b.reasoningTokens(),
        a.cachedTokens() + b.cachedTokens(),
        a.cachedWriteTokens() + b.cachedWriteTokens(),
        a.costUSD().add(b.costUSD()),
        a.unpricedRequestCount() + b.unpricedRequestCount(),
        a.estimatedRequestCount() + b.estimatedRequestCount());
  }
}
