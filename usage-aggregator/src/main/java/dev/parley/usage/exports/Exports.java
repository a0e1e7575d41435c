package dev.parley.usage.exports;

import dev.parley.exports.ExportShelf;
import dev.parley.schemas.TenantId;
import dev.parley.storage.ExportStore;
import dev.parley.storage.ExportStore.Told;
import dev.parley.storage.UsageStore;
import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.UsageStore.UsageSum;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes the files of every tenant and day that has usage: first what is told goes into the store,
 * then the files are made of it. A process that is killed in between leaves a record whose files
 * the next look writes.
 *
 * <p>The totals tell cheaply which days have usage and how much; a day is read from the ledger only
 * where its records tell something else, or are not closed although the day is. For one thread;
 * that only one process of all writes is seen to by a lock in the store.
 */
public final class Exports {

  private final UsageStore usage;
  private final ExportStore store;
  private final ExportSettings settings;
  private final ExportFiles files;
  private final DayRecords days;

  /** What the totals said when a day was last found to agree with the ledger. */
  private final Map<TenantDay, Agreed> agreed = new HashMap<>();

  public Exports(UsageStore usage, ExportStore store, ExportShelf shelf, ExportSettings settings) {
    this.usage = usage;
    this.store = store;
    this.settings = settings;
    this.files = new ExportFiles(shelf, settings.formats());
    this.days = new DayRecords(usage, store, settings.closeAfter());
  }

  private record TenantDay(TenantId tenant, LocalDate day) {}

  private record Agreed(long requests, long unpriced, BigDecimal cost, boolean closed) {
    static Agreed of(UsageSum sum, boolean closed) {
      return new Agreed(
          sum.requestCount(), sum.unpricedRequestCount(), Sums.plain(sum.costUSD()), closed);
    }

    static Agreed of(Sums sums, boolean closed) {
      return new Agreed(sums.requestCount(), sums.unpricedRequestCount(), sums.costUSD(), closed);
    }
  }

  /**
   * Catches up on the days of the look-back, today included; after a longer pause on all since.
   *
   * @return how many files were written; 0 also when another process is at it
   * @throws IllegalStateException when some could not be written; all others were
   */
  public int catchUp(Instant now) {
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    Round round = new Round();
    store.exclusively(() -> {
      LocalDate first = firstDay(today);
      agreed.keySet().removeIf(known -> known.day().isBefore(first));
      for (Told told : store.notStored(files.form(), first)) {
        round.run(told.tenantId(), told.day(), () -> round.wrote(put(told)));
      }
      writeChanged(first, today.plusDays(1), now, round);
    });
    return round.end();
  }

  private LocalDate firstDay(LocalDate today) {
    LocalDate first = today.minusDays(settings.lookbackDays());
    LocalDate last = store.lastDay();
    return last != null && last.isBefore(first) ? last : first;
  }

  /**
   * Writes the files of a range again, whatever the totals say: the same bytes for what was told
   * before. What closed records lack becomes a correction.
   *
   * @param tenant null for all
   * @param until exclusive
   * @return how many files were written
   * @throws IllegalStateException when another process writes exports just now, or when some could
   *     not be written; all others were
   */
  public int writeRange(@Nullable TenantId tenant, LocalDate since, LocalDate until, Instant now) {
    Round round = new Round();
    boolean alone =
        store.exclusively(() -> {
          for (TenantDay day : used(tenant, since, until)) {
            round.run(day.tenant(), day.day(), () -> round.wrote(writeAgain(day, now)));
          }
        });
    if (!alone) {
      throw new IllegalStateException("another process writes exports just now, try again");
    }
    return round.end();
  }

  private int writeAgain(TenantDay day, Instant now) {
    List<Told> told = new ArrayList<>(days.told(day.tenant(), day.day()));
    Told changed = days.update(day.tenant(), day.day(), told, now);
    if (changed != null) {
      told.removeIf(record -> record.correction() == changed.correction());
      told.add(changed);
    }
    return told.stream().mapToInt(this::put).sum();
  }

  private void writeChanged(LocalDate since, LocalDate until, Instant now, Round round) {
    for (UsageSum sum : daysOfTotals(since, until)) {
      TenantDay day =
          new TenantDay(
              new TenantId(String.valueOf(sum.group().get(0))),
              LocalDate.parse(String.valueOf(sum.group().get(1))));
      Agreed said = Agreed.of(sum, days.isClosed(day.day(), now));
      if (!said.equals(agreed.get(day))) {
        round.run(
            day.tenant(),
            day.day(),
            () -> {
              round.wrote(writeIfChanged(day, said, now));
              agreed.put(day, said);
            });
      }
    }
  }

  private int writeIfChanged(TenantDay day, Agreed said, Instant now) {
    List<Told> told = days.told(day.tenant(), day.day());
    if (!told.isEmpty() && said.equals(Agreed.of(days.sums(told), told.getFirst().closed()))) {
      return 0;
    }
    Told changed = days.update(day.tenant(), day.day(), told, now);
    return changed == null ? 0 : put(changed);
  }

  private Set<TenantDay> used(@Nullable TenantId tenant, LocalDate since, LocalDate until) {
    Set<TenantDay> used = new LinkedHashSet<>();
    // Grouped by bot as well, which the totals do not know: the ledger is asked.
    usage
        .sum(
            range(tenant, since, until),
            List.of(UsageDimension.TENANT, UsageDimension.DAY, UsageDimension.BOT),
            ZoneOffset.UTC)
        .forEach(sum ->
            used.add(
                new TenantDay(
                    new TenantId(String.valueOf(sum.group().get(0))),
                    LocalDate.parse(String.valueOf(sum.group().get(1))))));
    store
        .told(tenant, since, until)
        .forEach(told -> used.add(new TenantDay(told.tenantId(), told.day())));
    return used;
  }

  private int put(Told told) {
    int count = files.write(told);
    store.stored(told, files.form());
    return count;
  }

  private List<UsageSum> daysOfTotals(LocalDate since, LocalDate until) {
    return usage.sum(
        range(null, since, until),
        List.of(UsageDimension.TENANT, UsageDimension.DAY),
        ZoneOffset.UTC);
  }

  private static UsageFilter range(@Nullable TenantId tenant, LocalDate since, LocalDate until) {
    return new UsageFilter(
        tenant, null, null, null, null, DayRecords.begin(since), DayRecords.begin(until));
  }
}
