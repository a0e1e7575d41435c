package dev.parley.usage.exports;

import dev.parley.schemas.TenantId;
import dev.parley.storage.UsageStore;
import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.UsageStore.UsageSum;
import dev.parley.usage.exports.DayExport.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the files of every tenant and day that has usage.
 *
 * <p>The totals tell cheaply which days have usage and how much; a day is read from the ledger only
 * where its files tell of another number, or are not final although the day is closed. For one
 * thread; that only one process writes is seen to by a lock in the directory.
 */
public final class Exports {

  private static final Logger log = LoggerFactory.getLogger(Exports.class);

  private static final String LOCK_FILE = ".lock";

  private final UsageStore store;
  private final ExportSettings settings;
  private final DayExport days;

  /** What the totals said when a day was last found to agree with the ledger. */
  private final Map<TenantDay, Long> agreed = new HashMap<>();

  public Exports(UsageStore store, ExportSettings settings) {
    this.store = store;
    this.settings = settings;
    this.days = new DayExport(store, new ExportFiles(settings.directory()), settings.closeAfter());
  }

  private record TenantDay(TenantId tenant, LocalDate day) {}

  /**
   * Catches up on the days of the look-back, today included.
   *
   * @return how many files were written; 0 also when another process holds the directory
   */
  public int catchUp(Instant now) {
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    LocalDate first = today.minusDays(settings.lookbackDays());
    agreed.keySet().removeIf(known -> known.day().isBefore(first));
    return Math.max(0, exclusively(() -> writeChanged(first, today.plusDays(1), now)));
  }

  /**
   * Writes the files of a range anew from the ledger, whatever the totals say. Closed files stay as
   * they are; what they lack becomes a correction.
   *
   * @param tenant null for all
   * @param until exclusive
   * @throws IllegalStateException when another process holds the directory
   */
  public int writeRange(@Nullable TenantId tenant, LocalDate since, LocalDate until, Instant now) {
    int written = exclusively(() -> writeAll(tenant, since, until, now));
    if (written < 0) {
      throw new IllegalStateException("another process writes to " + settings.directory());
    }
    return written;
  }

  private int writeChanged(LocalDate since, LocalDate until, Instant now) {
    int written = 0;
    for (UsageSum sum : daysOfTotals(since, until)) {
      TenantDay day =
          new TenantDay(
              new TenantId(String.valueOf(sum.group().get(0))),
              LocalDate.parse(String.valueOf(sum.group().get(1))));
      if (isUpToDate(day, sum.requestCount(), now)) {
        continue;
      }
      Result result = write(day, now);
      if (result.isFile()) {
        written++;
      }
      if (result != Result.FAILED) {
        agreed.put(day, sum.requestCount());
      }
    }
    return written;
  }

  private int writeAll(@Nullable TenantId tenant, LocalDate since, LocalDate until, Instant now) {
    Set<TenantDay> used = new LinkedHashSet<>();
    store.forEachEvent(
        range(tenant, since, until),
        event ->
            used.add(
                new TenantDay(
                    event.tenantId(), LocalDate.ofInstant(event.timestamp(), ZoneOffset.UTC))));
    return (int) used.stream().map(day -> write(day, now)).filter(Result::isFile).count();
  }

  /** One tenant's unusable file must not hold up the others. */
  private Result write(TenantDay day, Instant now) {
    try {
      return days.write(day.tenant(), day.day(), now);
    } catch (IllegalStateException e) {
      log.atError()
          .setMessage("export failed")
          .addKeyValue("tenant", day.tenant())
          .addKeyValue("day", day.day())
          .addKeyValue("cause", e.getMessage())
          .log();
      return Result.FAILED;
    }
  }

  private boolean isUpToDate(TenantDay day, long requests, Instant now) {
    if (days.isClosed(day.day(), now) && !days.hasClosedFile(day.tenant(), day.day())) {
      return false;
    }
    Long known = agreed.get(day);
    return known == null
        ? days.exportedRequests(day.tenant(), day.day()) == requests
        : known == requests;
  }

  private List<UsageSum> daysOfTotals(LocalDate since, LocalDate until) {
    return store.sum(
        range(null, since, until),
        List.of(UsageDimension.TENANT, UsageDimension.DAY),
        ZoneOffset.UTC);
  }

  private static UsageFilter range(@Nullable TenantId tenant, LocalDate since, LocalDate until) {
    return new UsageFilter(
        tenant, null, null, null, null, DayExport.begin(since), DayExport.begin(until));
  }

  private interface Work {
    int run();
  }

  /** -1 when another process, or another thread of this one, holds the directory. */
  private int exclusively(Work work) {
    try {
      Files.createDirectories(settings.directory());
      try (FileChannel channel =
              FileChannel.open(
                  settings.directory().resolve(LOCK_FILE),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = tryLock(channel)) {
        return lock == null ? -1 : work.run();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + settings.directory(), e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }
}
