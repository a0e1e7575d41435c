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
import java.util.concurrent.atomic.AtomicInteger;
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
  // INVARIANT: each job's count holds it, give or take those on their way in or out
  private final ConcurrentHashMap<JobId, AtomicInteger> jobs = new ConcurrentHashMap<>();

  // Kept when it is back at zero: as many as have sent something since this node began.
  private final ConcurrentHashMap<TenantId, AtomicInteger> counts = new ConcurrentHashMap<>();
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
    AtomicInteger count = countOf(tenant);
    if (jobs.mappingCount() >= MAX_TRACKED) {
      if (limit <= count.get()) {
        throw full();
      }
      return;
    }
    if (jobs.putIfAbsent(job, count) != null) {
      return;
    }
    if (count.incrementAndGet() > limit) {
      leave(job);
      throw full();
    }
  }

  private AtomicInteger countOf(TenantId tenant) {
    AtomicInteger known = counts.get(tenant);
    return known == null ? counts.computeIfAbsent(tenant, key -> new AtomicInteger()) : known;
  }

  /** The job has ended, or was not accepted after all. Jobs that are not counted do no harm. */
  public void leave(JobId job) {
    AtomicInteger count = jobs.remove(job);
    if (count != null) {
      count.decrementAndGet();
    }
  }

  /** How many this node counts, by tenant; those that have none are left out. */
  Map<TenantId, Integer> counts() {
    Map<TenantId, Integer> copy = new HashMap<>();
    counts.forEach((tenant, count) -> {
      int held = count.get();
      // One on its way out may have been counted down before it was counted up.
      if (held > 0) {
        copy.put(tenant, held);
      }
    });
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
