package dev.parley.storage.memory;

import dev.parley.schemas.JobId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import dev.parley.storage.UsageStore;
import dev.parley.storage.usage.UsageGrain;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The ledger and the totals in the memory of this process. */
public final class MemoryUsageStore implements UsageStore {

  private static final Comparator<UsageEvent> OLDEST_FIRST =
      Comparator.comparing(UsageEvent::timestamp).thenComparing(UsageEvent::eventId);

  private final Clock clock;
  // INVARIANT: touched under the lock of this object only
  private final Map<String, UsageEvent> events = new HashMap<>();
  private final Map<UsageTotal.Cell, UsageTotal> totals = new HashMap<>();
  private final Map<String, String> priceBooks = new HashMap<>();
  private @Nullable Instant writtenAt;

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
    Stream<UsageRow> rows =
        UsageGrain.totalsSuffice(filter, groupBy, zone)
            ? totals.values().stream().map(UsageRow::of)
            : events.values().stream().map(UsageRow::of);
    return UsageRow.sum(rows.filter(row -> row.matches(filter)), groupBy, zone);
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
