package dev.parley.usage;

import dev.parley.schemas.JobId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.UsageStore;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A ledger that tests fill, whose totals are always up to date; and a store that can be away. */
public final class FakeUsageStore implements UsageStore {

  public final List<UsageEvent> ledger = new CopyOnWriteArrayList<>();
  public int ledgerReads;
  private volatile boolean away;
  private final Map<UsageTotal.Cell, UsageTotal> totals = new HashMap<>();
  private int writes;

  public void setAway(boolean value) {
    away = value;
  }

  public synchronized Map<UsageTotal.Cell, UsageTotal> totals() {
    return Map.copyOf(totals);
  }

  public synchronized int writes() {
    return writes;
  }

  @Override
  public List<UsageEvent> eventsOf(Collection<JobId> jobIds) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void forEachEvent(UsageFilter filter, Consumer<UsageEvent> sink) {
    failIfAway();
    ledgerReads++;
    ledger.stream()
        .filter(event -> matches(filter, event))
        .sorted(Comparator.comparing(UsageEvent::timestamp))
        .forEach(sink);
  }

  @Override
  public List<UsageSum> sum(UsageFilter filter, List<UsageDimension> groupBy, ZoneId zone) {
    failIfAway();
    if (!groupBy.equals(List.of(UsageDimension.TENANT, UsageDimension.DAY))) {
      throw new UnsupportedOperationException();
    }
    Map<String, Long> counts = new TreeMap<>();
    ledger.stream()
        .filter(event -> matches(filter, event))
        .forEach(event ->
            counts.merge(
                event.tenantId() + " " + event.timestamp().atOffset(ZoneOffset.UTC).toLocalDate(),
                1L,
                Long::sum));
    return counts.entrySet().stream()
        .map(entry ->
            new UsageSum(
                Arrays.asList(entry.getKey().split(" ", -1)),
                entry.getValue(),
                0,
                0,
                0,
                0,
                0,
                BigDecimal.ZERO,
                0))
        .toList();
  }

  private static boolean matches(UsageFilter filter, UsageEvent event) {
    return (filter.tenantId() == null || filter.tenantId().equals(event.tenantId()))
        && !event.timestamp().isBefore(filter.since())
        && event.timestamp().isBefore(filter.until());
  }

  @Override
  public synchronized void writeTotals(Collection<UsageTotal> written) {
    failIfAway();
    if (!written.isEmpty()) {
      writes++;
    }
    for (UsageTotal total : written) {
      totals.merge(total.cell(), total, (a, b) -> a.version() >= b.version() ? a : b);
    }
  }

  @Override
  public @Nullable Instant totalsAsOf() {
    return null;
  }

  private void failIfAway() {
    if (away) {
      throw new StoreUnavailableException("PostgreSQL", new IOException("away"));
    }
  }
}
