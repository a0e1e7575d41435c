package dev.parley.usage.exports;

import dev.parley.schemas.TenantId;
import dev.parley.storage.ExportStore;
import dev.parley.storage.ExportStore.Told;
import dev.parley.storage.UsageStore;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.usage.prices.PriceBooks;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings the records of one tenant and day up to date with the ledger. The ledger is what counts,
 * not the totals: it is complete as soon as a turn is, while totals may still be under way.
 *
 * <p>An open day's record is made anew as it grows. A closed one is never touched again; what comes
 * later is a correction, the difference to all that was told before.
 */
final class DayRecords {

  private final UsageStore store;
  private final ExportStore exports;
  private final PriceBooks books;
  private final Duration closeAfter;

  DayRecords(UsageStore store, ExportStore exports, Duration closeAfter) {
    this.store = store;
    this.exports = exports;
    this.books = new PriceBooks(store);
    this.closeAfter = closeAfter;
  }

  boolean isClosed(LocalDate day, Instant now) {
    return !now.isBefore(begin(day.plusDays(1)).plus(closeAfter));
  }

  static Instant begin(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  /** What the records of a day tell, corrections included. */
  Sums sums(List<Told> told) {
    return told.stream()
        .map(record -> DaySummary.read(record.summary()).total())
        .reduce(Sums.NONE, Sums::plus);
  }

  List<Told> told(TenantId tenant, LocalDate day) {
    return exports.told(tenant, day, day.plusDays(1));
  }

  /**
   * @param told the records that there are
   * @return the one that was added or changed; null when all are as they should be
   */
  @Nullable Told update(TenantId tenant, LocalDate day, List<Told> told, Instant now) {
    DaySums ledger = ledger(tenant, day);
    if (told.isEmpty() || !told.getFirst().closed()) {
      return updateDay(tenant, day, now, ledger, told.isEmpty() ? null : told.getFirst());
    }
    DaySums before = new DaySums(books);
    told.forEach(record -> before.add(DaySummary.read(record.summary())));
    boolean afterPeriod = !now.isBefore(begin(day.withDayOfMonth(1).plusMonths(1)));
    DaySummary difference = ledger.minus(before).summary(afterPeriod);
    return difference.isNothing() ? null : tell(tenant, day, told.size(), true, difference);
  }

  private @Nullable Told updateDay(
      TenantId tenant, LocalDate day, Instant now, DaySums ledger, @Nullable Told before) {
    DaySummary summary = ledger.summary(false);
    if (summary.isNothing() && before == null) {
      return null;
    }
    boolean closed = isClosed(day, now);
    if (before != null && !closed && DaySummary.read(before.summary()).equals(summary)) {
      return null;
    }
    return tell(tenant, day, 0, closed, summary);
  }

  private Told tell(
      TenantId tenant, LocalDate day, int correction, boolean closed, DaySummary summary) {
    Told told = new Told(tenant, day, correction, closed, summary.json());
    if (!exports.tell(told)) {
      throw new IllegalStateException("the record is closed already");
    }
    return told;
  }

  private DaySums ledger(TenantId tenant, LocalDate day) {
    DaySums sums = new DaySums(books);
    store.forEachEvent(
        new UsageFilter(tenant, null, null, null, null, begin(day), begin(day.plusDays(1))),
        sums::add);
    return sums;
  }
}
