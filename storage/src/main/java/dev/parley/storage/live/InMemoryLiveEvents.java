package dev.parley.storage.live;

import dev.parley.schemas.JobId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Live events within one process, of the newest jobs only. */
public final class InMemoryLiveEvents implements LiveEvents {

  private static final int KEPT_JOBS = 10_000;

  private final Listeners listeners = new Listeners();
  private final Map<JobId, NavigableMap<Long, LiveEvent>> kept =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<JobId, NavigableMap<Long, LiveEvent>> e) {
          return size() > KEPT_JOBS;
        }
      };

  @Override
  public void append(JobId jobId, List<LiveEvent> events) {
    synchronized (kept) {
      NavigableMap<Long, LiveEvent> ofJob = kept.computeIfAbsent(jobId, id -> new TreeMap<>());
      events.forEach(event -> ofJob.putIfAbsent(event.sequence(), event));
    }
    events.forEach(event -> listeners.tell(jobId, event));
  }

  @Override
  public List<LiveEvent> read(JobId jobId, long after, int limit) {
    synchronized (kept) {
      NavigableMap<Long, LiveEvent> ofJob = kept.get(jobId);
      return ofJob == null
          ? List.of()
          : ofJob.tailMap(after, false).values().stream().limit(limit).toList();
    }
  }

  @Override
  public Subscription subscribe(JobId jobId, Consumer<LiveEvent> listener) {
    listeners.add(jobId, listener);
    return () -> listeners.remove(jobId, listener);
  }
}
