package dev.parley.ingest.reconciliation;

import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal.Cell;
import dev.parley.storage.UsageAudit.CellAudit;
import dev.parley.storage.UsageAudit.Measures;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Compares, event by event, the rows of some cells with what was published about them. */
final class EventComparison {

  /** Bounds the memory: so many events are at a few hundred bytes each. */
  private static final int MAX_EVENTS = 1_000_000;

  private static final Comparator<Cell> ORDER =
      Comparator.comparing(Cell::provider).thenComparing(Cell::model);

  private final Map<Cell, CellAudit> cells = new HashMap<>();
  private final Map<String, Figures> rows = new HashMap<>();
  private final Map<String, Figures> published = new HashMap<>();
  private final Set<String> refused = new HashSet<>();
  private boolean overflow;

  private record Figures(Cell cell, Measures measures) {
    static Figures of(UsageEvent event) {
      return new Figures(
          new Cell(
              event.tenantId(),
              event.timestamp().truncatedTo(ChronoUnit.HOURS),
              event.provider(),
              event.model()),
          Measures.of(event));
    }

    boolean isSameAs(Figures other) {
      return cell.equals(other.cell) && measures.isSameAs(other.measures);
    }
  }

  EventComparison(List<CellAudit> differing) {
    differing.forEach(audit -> cells.put(audit.cell(), audit));
  }

  void row(UsageEvent event) {
    put(rows, event);
  }

  /** The first copy counts. */
  void published(PublishedUsage.Published copy) {
    if (copy.refused()) {
      refused.add(copy.event().eventId());
    } else {
      put(published, copy.event());
    }
  }

  private void put(Map<String, Figures> events, UsageEvent event) {
    Figures figures = Figures.of(event);
    if (!cells.containsKey(figures.cell())) {
      return;
    }
    if (rows.size() + published.size() >= MAX_EVENTS) {
      overflow = true;
      return;
    }
    events.putIfAbsent(event.eventId(), figures);
  }

  /** Whether there was no room for all. */
  boolean hasOverflown() {
    return overflow;
  }

  /** What is at fault, for each cell. */
  Map<Cell, List<Difference>> differences() {
    Map<Cell, List<Difference>> found =
        new TreeMap<>(
            Comparator.comparing(Cell::hour)
                .thenComparing(cell -> cell.tenantId().value())
                .thenComparing(ORDER));
    cells.keySet().forEach(cell -> found.put(cell, new ArrayList<>()));
    sortedIds().forEach(id -> compare(id, found));
    Map<Cell, Measures> sums = new HashMap<>();
    published.values().forEach(event -> sums.merge(event.cell(), event.measures(), Measures::plus));
    cells.forEach((cell, audit) -> {
      if (!audit.total().isSameAs(sums.getOrDefault(cell, Measures.NONE))) {
        add(found, Difference.Kind.TOTAL_DIFFERS, cell, null);
      }
    });
    return found;
  }

  private List<String> sortedIds() {
    Set<String> ids = new HashSet<>(rows.keySet());
    ids.addAll(published.keySet());
    return ids.stream().sorted().toList();
  }

  private void compare(String id, Map<Cell, List<Difference>> found) {
    Figures row = rows.get(id);
    Figures event = published.get(id);
    if (row == null && event != null) {
      add(found, Difference.Kind.ROW_MISSING, event.cell(), id);
    } else if (row != null && event == null) {
      Difference.Kind kind =
          refused.contains(id)
              ? Difference.Kind.ROW_DEAD_LETTERED
              : Difference.Kind.ROW_NOT_PUBLISHED;
      add(found, kind, row.cell(), id);
    } else if (row != null && event != null && !row.isSameAs(event)) {
      add(found, Difference.Kind.ROW_ALTERED, event.cell(), id);
      if (!row.cell().equals(event.cell())) {
        add(found, Difference.Kind.ROW_ALTERED, row.cell(), id);
      }
    }
  }

  private static void add(
      Map<Cell, List<Difference>> found, Difference.Kind kind, Cell cell, @Nullable String id) {
    found.computeIfAbsent(cell, key -> new ArrayList<>()).add(new Difference(kind, cell, id));
  }
}
