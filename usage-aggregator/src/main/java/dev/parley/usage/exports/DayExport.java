package dev.parley.usage.exports;

import dev.parley.schemas.TenantId;
import dev.parley.storage.UsageStore;
import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.UsageStore.UsageSum;
import dev.parley.usage.csv.UsageCsv;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the files of one tenant and day up to date with the ledger. The ledger is what counts, not
 * the totals: it is complete as soon as a turn is, while totals may still be under way.
 *
 * <p>An open day's file is written anew as it grows. A closed one is never touched again; what
 * comes later is a correction, the difference to all that was told before.
 */
final class DayExport {

  private static final Logger log = LoggerFactory.getLogger(DayExport.class);

  private static final List<UsageDimension> GROUPING = UsageCsv.exportGrouping(List.of());

  private final UsageStore store;
  private final ExportFiles files;
  private final Duration closeAfter;

  DayExport(UsageStore store, ExportFiles files, Duration closeAfter) {
    this.store = store;
    this.files = files;
    this.closeAfter = closeAfter;
  }

  /** What came of it. */
  enum Result {
    UNCHANGED,
    WRITTEN,
    CLOSED,
    CORRECTED,
    FAILED;

    boolean isFile() {
      return this == WRITTEN || this == CLOSED || this == CORRECTED;
    }
  }

  boolean isClosed(LocalDate day, Instant now) {
    return !now.isBefore(begin(day.plusDays(1)).plus(closeAfter));
  }

  static Instant begin(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  /** How many requests the files tell of, corrections included. */
  long exportedRequests(TenantId tenant, LocalDate day) {
    return told(tenant, day).stream().mapToLong(manifest -> manifest.sums().requestCount()).sum();
  }

  /** Whether the day's file is there and final. */
  boolean hasClosedFile(TenantId tenant, LocalDate day) {
    Manifest manifest = files.read(tenant, day, 0);
    return manifest != null && manifest.closed();
  }

  Result write(TenantId tenant, LocalDate day, Instant now) {
    List<Manifest> told = told(tenant, day);
    DaySums ledger = ledger(tenant, day);
    if (told.isEmpty() || !told.getFirst().closed()) {
      return writeDay(tenant, day, now, ledger, told.isEmpty() ? null : told.getFirst());
    }
    DaySums before = new DaySums();
    for (Manifest manifest : told) {
      for (Manifest.Row row : manifest.groups()) {
        before.add(new DaySums.Group(row.provider(), row.model()), row.sums());
      }
    }
    DaySums difference = ledger.minus(before);
    if (difference.groups().isEmpty()) {
      return Result.UNCHANGED;
    }
    write(tenant, day, told.size(), true, difference);
    return Result.CORRECTED;
  }

  private Result writeDay(
      TenantId tenant, LocalDate day, Instant now, DaySums ledger, @Nullable Manifest before) {
    if (ledger.groups().isEmpty() && before == null) {
      return Result.UNCHANGED;
    }
    boolean closed = isClosed(day, now);
    if (before != null && !closed && rows(ledger).equals(before.groups())) {
      return Result.UNCHANGED;
    }
    write(tenant, day, 0, closed, ledger);
    return closed ? Result.CLOSED : Result.WRITTEN;
  }

  private List<Manifest> told(TenantId tenant, LocalDate day) {
    List<Manifest> told = new ArrayList<>();
    for (int correction = 0; ; correction++) {
      Manifest manifest = files.read(tenant, day, correction);
      if (manifest == null) {
        return told;
      }
      told.add(manifest);
    }
  }

  private DaySums ledger(TenantId tenant, LocalDate day) {
    DaySums sums = new DaySums();
    store.forEachEvent(
        new UsageFilter(tenant, null, null, null, null, begin(day), begin(day.plusDays(1))),
        sums::add);
    return sums;
  }

  private void write(TenantId tenant, LocalDate day, int correction, boolean closed, DaySums sums) {
    byte[] csv = csv(sums);
    Manifest manifest =
        new Manifest(
            tenant.value(),
            day.toString(),
            correction,
            closed,
            ExportFiles.name(day, correction) + ".csv",
            csv.length,
            sha256(csv),
            UsageCsv.sumColumns(GROUPING),
            sums.groups().size(),
            sums.total(),
            sums.priceVersions(),
            rows(sums));
    files.write(tenant, day, csv, manifest);
    log.atInfo()
        .setMessage("export written")
        .addKeyValue("tenant", tenant)
        .addKeyValue("file", manifest.file())
        .addKeyValue("rows", manifest.rows())
        .addKeyValue("closed", closed)
        .log();
  }

  private static List<Manifest.Row> rows(DaySums sums) {
    List<Manifest.Row> rows = new ArrayList<>();
    sums.groups()
        .forEach((group, sum) -> rows.add(new Manifest.Row(group.provider(), group.model(), sum)));
    return rows;
  }

  private static byte[] csv(DaySums sums) {
    List<UsageSum> lines = new ArrayList<>();
    sums.groups()
        .forEach((group, sum) ->
            lines.add(
                new UsageSum(
                    Arrays.asList(group.provider(), group.model()),
                    sum.requestCount(),
                    sum.inputTokens(),
                    sum.outputTokens(),
                    sum.reasoningTokens(),
                    sum.cachedTokens(),
                    sum.cachedWriteTokens(),
                    sum.costUSD(),
                    sum.unpricedRequestCount())));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    UsageCsv.writeSums(out, GROUPING, lines);
    return out.toByteArray();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
