package dev.parley.storage.memory;

import dev.parley.schemas.JobId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageCounts;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import dev.parley.storage.UsageAudit;
import dev.parley.storage.UsageStore;
import dev.parley.storage.usage.HourAudits;
import dev.parley.storage.usage.UsageGrain;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The ledger and the totals in the memory of this process. */
public final class MemoryUsageStore implements UsageStore, UsageAudit {

  private static final Comparator<UsageEvent> OLDEST_FIRST =
      Comparator.comparing(UsageEvent::timestamp).thenComparing(UsageEvent::eventId);

  private final Clock clock;
  // INVARIANT: touched under the lock of this object only
  private final Map<String, UsageEvent> events = new HashMap<>();
  private final Map<UsageTotal.Cell, UsageTotal> totals = new HashMap<>();
  private final Map<String, String> priceBooks = new HashMap<>();
  private final Map<CountsKey, UsageCounts> counts = new HashMap<>();
  private @Nullable Instant writtenAt;

  private record CountsKey(@Nullable TenantId tenantId, Instant hour, int partition) {}

  public MemoryUsageStore(Clock clock) {
    this.clock = clock;
  }

  synchronized void add(Collection<UsageEvent> more) {
    more.forEach(event -> events.putIfAbsent(event.eventId(), UsageRow.cut(event)));
  }

  @Override
  public synchronized List<UsageEvent> eventsOf(Collection<JobId> jobIds) {
    Set<JobId> wanted = new HashSet<>(jobIds);
    return events.values().stream()
        .filter(event -> wanted.contains(event.jobId()))
        .sorted(OLDEST_FIRST)
        .toList();
  }

  @Override
  public void forEachEvent(UsageFilter filter, Consumer<UsageEvent> sink) {
    List<UsageEvent> found;
    synchronized (this) {
      found =
          events.values().stream()
              .filter(event -> UsageRow.of(event).matches(filter))
              .sorted(OLDEST_FIRST)
              .toList();
    }
    found.forEach(sink);
  }

  @Override
  public synchronized List<UsageSum> sum(
      UsageFilter filter, List<UsageDimension> groupBy, ZoneId zone) {
    UsageGrain grain = UsageGrain.of(filter, groupBy, zone);
    Stream<UsageRow> fromTotals =
        totals.values().stream()
            .map(UsageRow::of)
            .filter(row -> row.isOfTotals(grain, groupBy, zone));
    Stream<UsageRow> fromLedger =
        events.values().stream()
            .map(UsageRow::of)
            .filter(row -> !row.isOfTotals(grain, groupBy, zone));
    return UsageRow.sum(
        Stream.concat(fromTotals, fromLedger).filter(row -> row.matches(filter)), groupBy, zone);
  }

  @Override
  public synchronized void writeTotals(Collection<UsageTotal> written) {
    for (UsageTotal total : written) {
      totals.merge(
          total.cell(), total, BinaryOperator.maxBy(Comparator.comparingLong(UsageTotal::version)));
      writtenAt = clock.instant();
    }
  }

  @Override
  public synchronized void writeCounts(Collection<UsageCounts> written) {
    for (UsageCounts each : written) {
      counts.merge(
          new CountsKey(each.tenantId(), each.hour(), each.partition()),
          each,
          BinaryOperator.maxBy(Comparator.comparingLong(UsageCounts::read)));
    }
  }

  @Override
  public synchronized List<HourAudit> audit(
      @Nullable TenantId tenantId, Instant since, Instant until) {
    HourAudits audits = new HourAudits();
    Map<UsageTotal.Cell, Measures> rows = new HashMap<>();
    events.values().forEach(event -> rows.merge(cellOf(event), Measures.of(event), Measures::plus));
    Set<UsageTotal.Cell> cells = new LinkedHashSet<>(rows.keySet());
    cells.addAll(totals.keySet());
    for (UsageTotal.Cell cell : cells) {
      if (isIn(cell.hour(), since, until) && isOf(tenantId, cell.tenantId())) {
        UsageTotal total = totals.get(cell);
        audits.add(
            cell,
            total == null ? Measures.NONE : Measures.of(total),
            rows.getOrDefault(cell, Measures.NONE));
      }
    }
    for (UsageCounts each : counts.values()) {
      if (isIn(each.hour(), since, until) && isOf(tenantId, each.tenantId())) {
        audits.add(
            each.tenantId(),
            each.hour(),
            new Counts(
                each.read(),
                each.aggregated(),
                each.duplicate(),
                each.late(),
                each.deadLettered()));
      }
    }
    return audits.toList();
  }

  private static UsageTotal.Cell cellOf(UsageEvent event) {
    Instant hour = event.timestamp().truncatedTo(ChronoUnit.HOURS);
    return new UsageTotal.Cell(event.tenantId(), hour, event.provider(), event.model());
  }

  private static boolean isIn(Instant hour, Instant since, Instant until) {
    return !hour.isBefore(since) && hour.isBefore(until);
  }

  private static boolean isOf(@Nullable TenantId asked, @Nullable TenantId tenantId) {
    return asked == null || asked.equals(tenantId);
  }

  @Override
  public synchronized @Nullable Instant totalsAsOf() {
    return writtenAt;
  }

  @Override
  public synchronized boolean recordPriceBook(String version, String json) {
    return priceBooks.merge(version, json, (first, second) -> first).equals(json);
  }

  @Override
  public synchronized @Nullable String priceBook(String version) {
    return priceBooks.get(version);
  }
}
