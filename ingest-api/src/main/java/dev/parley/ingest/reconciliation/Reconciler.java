package dev.parley.ingest.reconciliation;

import dev.parley.ingest.reconciliation.Difference.Kind;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageTotal.Cell;
import dev.parley.storage.UsageAudit;
import dev.parley.storage.UsageAudit.CellAudit;
import dev.parley.storage.UsageAudit.HourAudit;
import dev.parley.storage.UsageStore;
import dev.parley.storage.UsageStore.UsageFilter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Holds what was read, what was added up and what stands in the ledger against each other. Where
 * they differ, the events that were published tell which rows are at fault.
 */
final class Reconciler {

  /** Clocks may differ: an event may have been appended before the time that it tells. */
  private static final Duration CLOCK_SKEW = Duration.ofHours(1);

  private final UsageAudit audit;
  private final UsageStore store;
  private final PublishedUsage published;

  Reconciler(UsageAudit audit, UsageStore store, PublishedUsage published) {
    this.audit = audit;
    this.store = store;
    this.published = published;
  }

  /**
   * @param tenantId null: all
   * @param since the begin of an hour
   * @param until the begin of an hour, exclusive
   * @param limit how long to look for the events that are at fault
   */
  Reconciliation reconcile(
      @Nullable TenantId tenantId, Instant since, Instant until, Duration limit) {
    List<HourAudit> hours = audit.audit(tenantId, since, until);
    List<CellAudit> differing = hours.stream().flatMap(h -> h.differing().stream()).toList();
    if (differing.isEmpty()) {
      return result(hours, Map.of(), true);
    }
    EventComparison comparison = new EventComparison(differing);
    hours.stream()
        .filter(hour -> !hour.differing().isEmpty())
        .forEach(hour -> store.forEachEvent(rowsOf(hour), comparison::row));
    Set<TenantId> tenants =
        differing.stream().map(cell -> cell.cell().tenantId()).collect(Collectors.toSet());
    Instant earliest = hours.getFirst().hour();
    boolean complete =
        published.forEach(
                tenants.size() == 1 ? tenants.iterator().next() : null,
                earliest.minus(CLOCK_SKEW),
                limit,
                comparison::published)
            && !comparison.hasOverflown();
    return result(hours, complete ? comparison.differences() : untraced(differing), complete);
  }

  private static UsageFilter rowsOf(HourAudit hour) {
    return new UsageFilter(
        hour.tenantId(),
        null,
        null,
        null,
        null,
        hour.hour(),
        hour.hour().plus(Duration.ofHours(1)));
  }

  private static Map<Cell, List<Difference>> untraced(List<CellAudit> differing) {
    return differing.stream()
        .collect(
            Collectors.toMap(
                CellAudit::cell,
                cell -> List.of(new Difference(Kind.TOTAL_AND_ROWS_DIFFER, cell.cell(), null))));
  }

  private static Reconciliation result(
      List<HourAudit> hours, Map<Cell, List<Difference>> traced, boolean complete) {
    List<Reconciliation.Hour> results = new ArrayList<>(hours.size());
    for (HourAudit hour : hours) {
      List<Difference> differences = new ArrayList<>();
      if (!hour.counts().isComplete()) {
        differences.add(new Difference(Kind.RECORDS_LOST, null, null));
      }
      if (hour.counts().added() != hour.totals().eventCount()) {
        differences.add(new Difference(Kind.COUNTS_DIFFER, null, null));
      }
      hour.differing()
          .forEach(cell -> differences.addAll(traced.getOrDefault(cell.cell(), List.of())));
      results.add(new Reconciliation.Hour(hour, List.copyOf(differences)));
    }
    return new Reconciliation(results, complete);
  }
}
