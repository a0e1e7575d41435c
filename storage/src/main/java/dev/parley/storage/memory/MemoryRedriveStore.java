package dev.parley.storage.memory;

import dev.parley.storage.RedriveStore;
import dev.parley.storage.json.StoredTime;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Redrives in the memory of this process. Thread-safe. */
public final class MemoryRedriveStore implements RedriveStore {

  private record Row(Instant claimedAt, @Nullable Instant redrivenAt) {}

  // INVARIANT: touched under the lock of this object only
  private final Map<String, Row> rows = new HashMap<>();

  @Override
  public synchronized Claim claim(String letterId, Instant now) {
    Row row = rows.get(letterId);
    if (row != null && row.redrivenAt != null) {
      return new Claim.Done(row.redrivenAt);
    }
    if (row != null && row.claimedAt.isAfter(now.minus(HELD))) {
      return new Claim.Held();
    }
    rows.put(letterId, new Row(now, null));
    return new Claim.Granted();
  }

  @Override
  public synchronized void done(String letterId, Instant now) {
    rows.put(letterId, new Row(now, StoredTime.cut(now)));
  }

  @Override
  public synchronized void release(String letterId) {
    Row row = rows.get(letterId);
    if (row != null && row.redrivenAt == null) {
      rows.remove(letterId);
    }
  }

  @Override
  public synchronized Map<String, Instant> redriven(Collection<String> letterIds) {
    Map<String, Instant> found = new HashMap<>();
    for (String id : letterIds) {
      Row row = rows.get(id);
      if (row != null && row.redrivenAt != null) {
        found.put(id, row.redrivenAt);
      }
    }
    return found;
  }
}
