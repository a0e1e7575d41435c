package dev.parley.storage.usage;

import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageTotal.Cell;
import dev.parley.storage.UsageAudit.CellAudit;
import dev.parley.storage.UsageAudit.Counts;
import dev.parley.storage.UsageAudit.HourAudit;
import dev.parley.storage.UsageAudit.Measures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts the audit of hours together from their cells and counts, whatever keeps these. */
public final class HourAudits {

  private static final Comparator<Key> ORDER =
      Comparator.comparing(Key::hour)
          .thenComparing(key -> key.tenantId() == null ? "" : key.tenantId().value());

  private final Map<Key, Hour> hours = new TreeMap<>(ORDER);

  private record Key(@Nullable TenantId tenantId, Instant hour) {}

  private static final class Hour {
    Counts counts = Counts.NONE;
    Measures totals = Measures.NONE;
    Measures rows = Measures.NONE;
    final List<CellAudit> differing = new ArrayList<>();
  }

  public void add(Cell cell, Measures total, Measures rows) {
    Hour hour = hour(cell.tenantId(), cell.hour());
    hour.totals = hour.totals.plus(total);
    hour.rows = hour.rows.plus(rows);
    if (!total.isSameAs(rows)) {
      hour.differing.add(new CellAudit(cell, total, rows));
    }
  }

  public void add(@Nullable TenantId tenantId, Instant hour, Counts counts) {
    Hour found = hour(tenantId, hour);
    Counts before = found.counts;
    found.counts =
        new Counts(
            before.read() + counts.read(),
            before.aggregated() + counts.aggregated(),
            before.duplicate() + counts.duplicate(),
            before.late() + counts.late(),
            before.deadLettered() + counts.deadLettered());
  }

  private Hour hour(@Nullable TenantId tenantId, Instant hour) {
    return hours.computeIfAbsent(new Key(tenantId, hour), key -> new Hour());
  }

  public List<HourAudit> toList() {
    List<HourAudit> audits = new ArrayList<>(hours.size());
    hours.forEach((key, hour) ->
        audits.add(
            new HourAudit(
                key.tenantId(),
                key.hour(),
                hour.counts,
                hour.totals,
                hour.rows,
                List.copyOf(hour.differing))));
    return audits;
  }
}
