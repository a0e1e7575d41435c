package dev.parley.storage.memory;

import dev.parley.schemas.JobId;
import dev.parley.storage.TurnWriter.TurnEnd;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which jobs were appended; of the settled ones only so many are remembered. Not thread-safe. */
final class Receipts {

  private static final int MAX_SETTLED = 100_000;

  private final Map<JobId, TurnEnd> open = new HashMap<>();
  private final LinkedHashSet<JobId> settled = new LinkedHashSet<>();

  boolean has(JobId jobId) {
    return open.containsKey(jobId) || settled.contains(jobId);
  }

  @Nullable TurnEnd get(JobId jobId) {
    return open.get(jobId);
  }

  void put(JobId jobId, TurnEnd end) {
    open.put(jobId, end);
  }

  void settle(JobId jobId) {
    if (open.remove(jobId) != null && settled.add(jobId) && settled.size() > MAX_SETTLED) {
      settled.removeFirst();
    }
  }
}
