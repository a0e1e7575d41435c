package dev.parley.ingest.admission;

import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.schemas.JobId;
import dev.parley.schemas.TenantId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/**
 * The jobs that this node has accepted and that have not ended, as far as it knows, and the limit
 * on them. In memory alone, so that accepting writes nothing; see decision 8 for what that means.
 * Thread-safe.
 */
public final class QueuedJobs {

  /** Beyond so many, jobs are accepted without being counted: memory has an end. */
  static final int MAX_TRACKED = 2_000_000;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final ToIntFunction<TenantId> limits;
  private final ConcurrentHashMap<JobId, TenantId> jobs = new ConcurrentHashMap<>();

  // INVARIANT: of each tenant, how many of its jobs are in jobs, give or take those on their way
  // in or out; no entry is zero
  private final ConcurrentHashMap<TenantId, Integer> counts = new ConcurrentHashMap<>();
  private volatile Map<TenantId, Integer> elsewhere = Map.of();

  /**
   * @param limits how many a tenant may have; asked for each message, so it must be quick
   */
  public QueuedJobs(ToIntFunction<TenantId> limits) {
    this.limits = limits;
  }

  /**
   * Counts a job that is about to be sent. One that is counted is not counted again.
   *
   * @throws ApiException {@code queue_full}, and then it is not counted
   */
  public void enter(TenantId tenant, JobId job) {
    int limit = limits.applyAsInt(tenant) - elsewhere.getOrDefault(tenant, 0);
    if (jobs.mappingCount() >= MAX_TRACKED) {
      if (limit <= counts.getOrDefault(tenant, 0)) {
        throw full();
      }
      return;
    }
    if (jobs.putIfAbsent(job, tenant) != null) {
      return;
    }
    if (counts.merge(tenant, 1, Integer::sum) > limit) {
      leave(job);
      throw full();
    }
  }

  /** The job has ended, or was not accepted after all. Jobs that are not counted do no harm. */
  public void leave(JobId job) {
    TenantId tenant = jobs.remove(job);
    if (tenant != null) {
      counts.computeIfPresent(tenant, (key, count) -> count == 1 ? null : count - 1);
    }
  }

  /** How many this node counts, by tenant; those that have none are left out. */
  Map<TenantId, Integer> counts() {
    // Not by a copy of the map: one that changes meanwhile may tell that it is empty.
    Map<TenantId, Integer> copy = new HashMap<>();
    counts.forEach(copy::put);
    return copy;
  }

  /** All that are counted, as they come and go. */
  Iterator<JobId> iterator() {
    return jobs.keySet().iterator();
  }

  /** What the other nodes count, by tenant. */
  void setElsewhere(Map<TenantId, Integer> counted) {
    elsewhere = Map.copyOf(counted);
  }

  private static ApiException full() {
    return ApiException.retryLater(
        ErrorCode.QUEUE_FULL,
        "too many messages are waiting; try again when some of them have been answered",
        RETRY_AFTER);
  }
}
