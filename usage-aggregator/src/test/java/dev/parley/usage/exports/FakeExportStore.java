package dev.parley.usage.exports;

import dev.parley.schemas.TenantId;
import dev.parley.storage.ExportStore;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Records in memory, with a lock that somebody else may hold. */
final class FakeExportStore implements ExportStore {

  private static final Comparator<Told> ORDER =
      Comparator.comparing((Told told) -> told.tenantId().value())
          .thenComparing(Told::day)
          .thenComparingInt(Told::correction);

  private final Map<String, Told> records = new TreeMap<>();
  private final Map<String, String> forms = new TreeMap<>();
  boolean lockedElsewhere;

  @Override
  public List<Told> told(@Nullable TenantId tenantId, LocalDate since, LocalDate until) {
    return records.values().stream()
        .filter(told -> tenantId == null || told.tenantId().equals(tenantId))
        .filter(told -> !told.day().isBefore(since) && told.day().isBefore(until))
        .sorted(ORDER)
        .toList();
  }

  @Override
  public boolean tell(Told told) {
    Told before = records.get(key(told));
    if (before != null && before.closed()) {
      return false;
    }
    records.put(key(told), told);
    forms.remove(key(told));
    return true;
  }

  @Override
  public List<Told> notStored(String form, LocalDate since) {
    return records.values().stream()
        .filter(told -> !told.day().isBefore(since) && !form.equals(forms.get(key(told))))
        .sorted(ORDER)
        .toList();
  }

  @Override
  public void stored(Told told, String form) {
    forms.put(key(told), form);
  }

  @Override
  public @Nullable LocalDate lastDay() {
    return records.values().stream().map(Told::day).max(Comparator.naturalOrder()).orElse(null);
  }

  @Override
  public boolean exclusively(Runnable work) {
    if (lockedElsewhere) {
      return false;
    }
    work.run();
    return true;
  }

  private static String key(Told told) {
    return told.tenantId() + "/" + told.day() + "/" + told.correction();
  }
}
