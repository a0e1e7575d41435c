package dev.parley.usage;

import dev.parley.schemas.JobId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageCounts;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.UsageAudit;
import dev.parley.storage.UsageStore;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A ledger that tests fill, whose totals are always up to date; and a store that can be away. */
public final class FakeUsageStore implements UsageStore, UsageAudit {

  public final List<UsageEvent> ledger = new CopyOnWriteArrayList<>();
  public int ledgerReads;
  private volatile boolean away;
  private final Map<UsageTotal.Cell, UsageTotal> totals = new HashMap<>();
  private final Map<String, String> priceBooks = new HashMap<>();
  private final List<UsageCounts> counts = new CopyOnWriteArrayList<>();
  private int writes;

  public void setAway(boolean value) {
    away = value;
  }

  public synchronized Map<UsageTotal.Cell, UsageTotal> totals() {
    return Map.copyOf(totals);
  }

  public List<UsageCounts> counts() {
    return counts;
  }

  @Override
  public void writeCounts(Collection<UsageCounts> written) {
    failIfAway();
    counts.addAll(written);
  }

  @Override
  public List<HourAudit> audit(@Nullable TenantId tenantId, Instant since, Instant until) {
    throw new UnsupportedOperationException();
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
        .sorted(Comparator.comparing(UsageEvent::timestamp).thenComparing(UsageEvent::eventId))
        .forEach(sink);
  }

  @Override
  public List<UsageSum> sum(UsageFilter filter, List<UsageDimension> groupBy, ZoneId zone) {
    failIfAway();
    if (!groupBy.subList(0, 2).equals(List.of(UsageDimension.TENANT, UsageDimension.DAY))) {
      throw new UnsupportedOperationException();
    }
    Map<String, List<UsageEvent>> days = new TreeMap<>();
    ledger.stream()
        .filter(event -> matches(filter, event))
        .forEach(event ->
            days.computeIfAbsent(
                    event.tenantId()
                        + " "
                        + event.timestamp().atOffset(ZoneOffset.UTC).toLocalDate(),
                    day -> new ArrayList<>())
                .add(event));
    return days.entrySet().stream().map(FakeUsageStore::sum).toList();
  }

  private static UsageSum sum(Map.Entry<String, List<UsageEvent>> day) {
    List<UsageEvent> events = day.getValue();
    return new UsageSum(
        Arrays.asList(day.getKey().split(" ", -1)),
        events.stream().mapToLong(UsageEvent::requests).sum(),
        0,
        0,
        0,
        0,
        0,
        events.stream()
            .map(UsageEvent::costUSD)
            .filter(Objects::nonNull)
            .reduce(BigDecimal.ZERO, BigDecimal::add),
        events.stream().mapToLong(UsageEvent::unpricedRequests).sum());
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

  @Override
  public boolean recordPriceBook(String version, String json) {
    return priceBooks.merge(version, json, (first, second) -> first).equals(json);
  }

  @Override
  public @Nullable String priceBook(String version) {
    return priceBooks.get(version);
  }

  private void failIfAway() {
    if (away) {
      throw new StoreUnavailableException("PostgreSQL", new IOException("away"));
    }
  }
}
