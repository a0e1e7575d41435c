package dev.parley.testkit.guarantees;

import dev.parley.schemas.JobId;
import dev.parley.schemas.UsageTotal.Cell;
import dev.parley.testkit.guarantees.History.Amounts;
import dev.parley.testkit.guarantees.History.LedgerRow;
import dev.parley.testkit.guarantees.History.StoredJob;
import dev.parley.testkit.guarantees.History.Total;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Jobs, ledger, published events and totals tell the same. */
final class UsageExactlyOnce {

  private UsageExactlyOnce() {}

  static @Nullable String firstViolation(History history) {
    String found = ledger(history);
    if (found == null) {
      found = published(history);
    }
    return found == null ? totals(history) : found;
  }

  private static @Nullable String ledger(History history) {
    Map<String, LedgerRow> steps = new HashMap<>();
    Set<JobId> counted = new HashSet<>();
    for (LedgerRow row : history.ledger()) {
      LedgerRow same = steps.putIfAbsent(step(row), row);
      if (same != null) {
        return "one call stands in the ledger twice: as %s and as %s"
            .formatted(same.eventId(), row.eventId());
      }
      counted.add(row.job());
    }
    for (StoredJob job : history.jobs()) {
      if (job.isTurn() && !counted.contains(job.job())) {
        return "%s is completed and has no row in the ledger".formatted(job.job().value());
      }
    }
    return null;
  }

  /** The event's id without the attempt: another attempt's row would count the same turn again. */
  private static String step(LedgerRow row) {
    return row.job().value() + row.eventId().substring(row.eventId().lastIndexOf('.'));
  }

  private static @Nullable String published(History history) {
    Set<String> published = new HashSet<>(history.publishedUsage());
    for (LedgerRow row : history.ledger()) {
      if (!published.remove(row.eventId())) {
        return "the usage event %s stands in the ledger and was never published"
            .formatted(row.eventId());
      }
    }
    return published.isEmpty()
        ? null
        : "the usage event %s was published and does not stand in the ledger"
            .formatted(published.iterator().next());
  }

  private static @Nullable String totals(History history) {
    Map<Cell, Amounts> sums = new LinkedHashMap<>();
    history.ledger().forEach(row -> sums.merge(row.cell(), row.amounts(), Amounts::plus));
    Map<Cell, Amounts> totals = new LinkedHashMap<>();
    for (Total total : history.totals()) {
      if (totals.put(total.cell(), total.amounts()) != null) {
        return "two totals of %s".formatted(total.cell());
      }
    }
    for (var sum : sums.entrySet()) {
      Amounts total = totals.remove(sum.getKey());
      if (!sum.getValue().equals(total)) {
        return "%s: the total is %s, the sum of the ledger %s"
            .formatted(sum.getKey(), total, sum.getValue());
      }
    }
    return totals.isEmpty()
        ? null
        : "a total without any row in the ledger: " + totals.entrySet().iterator().next();
  }
}
