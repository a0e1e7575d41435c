package dev.parley.ingest.admission;

import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.schemas.JobId;
import dev.parley.schemas.TenantId;
import java.time.Duration;
import java.util.Arrays;
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
  // INVARIANT: its owner's count holds each job, give or take those on their way in or out
  private final JobTable jobs = new JobTable();

  // Kept when it is back at zero: as many as have sent something since this node began.
  private final ConcurrentHashMap<TenantId, Count> counts = new ConcurrentHashMap<>();

  // INVARIANT: each count stands at its own number; added to under the lock only
  private volatile Count[] byNumber = {};
  private int tenants;
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
    Count count = countOf(tenant);
    if (jobs.size() >= MAX_TRACKED) {
      if (limit <= count.held.get()) {
        throw full();
      }
      return;
    }
    if (!jobs.putIfAbsent(job, count.number)) {
      return;
    }
    if (count.held.incrementAndGet() > limit) {
      leave(job);
      throw full();
    }
  }

  private Count countOf(TenantId tenant) {
    Count known = counts.get(tenant);
    return known == null ? counts.computeIfAbsent(tenant, key -> newCount()) : known;
  }

  private synchronized Count newCount() {
    Count count = new Count(tenants++, new AtomicInteger());
    Count[] grown =
        count.number < byNumber.length
            ? byNumber
            : Arrays.copyOf(byNumber, Math.max(16, 2 * byNumber.length));
    grown[count.number] = count;
    byNumber = grown;
    return count;
  }

  /** The job has ended, or was not accepted after all. Jobs that are not counted do no harm. */
  public void leave(JobId job) {
    int owner = jobs.remove(job);
    if (owner != JobTable.NOBODY) {
      byNumber[owner].held.decrementAndGet();
    }
  }

  /** How many this node counts, by tenant; those that have none are left out. */
  Map<TenantId, Integer> counts() {
    Map<TenantId, Integer> copy = new HashMap<>();
    counts.forEach((tenant, count) -> {
      int held = count.held.get();
      // One on its way out may have been counted down before it was counted up.
      if (held > 0) {
        copy.put(tenant, held);
      }
    });
    return copy;
  }

  /** All that are counted, as they come and go. */
  Iterator<JobId> iterator() {
    return jobs.iterator();
  }

  /** What the other nodes count, by tenant. */
  void setElsewhere(Map<TenantId, Integer> counted) {
    elsewhere = Map.copyOf(counted);
  }

  /** What a tenant has waiting here. */
  private record Count(int number, AtomicInteger held) {}

  private static ApiException full() {
    return ApiException.retryLater(
        ErrorCode.QUEUE_FULL,
        "too many messages are waiting; try again when some of them have been answered",
        RETRY_AFTER);
  }
}
