package dev.parley.ingest.jobs;

import dev.parley.schemas.JobId;
import dev.parley.schemas.TenantId;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Waits for jobs to end. Signals make it quick; looking into the store every so often makes it
 * right when a signal was missed. Thread-safe.
 */
public final class JobAwait {

  /** How long a missed signal can go unnoticed. */
  private static final Duration RECHECK = Duration.ofSeconds(2);

  private final JobStore store;
  private final JobWaiters waiters;

  public JobAwait(JobStore store, JobWaiters waiters) {
    this.store = store;
    this.waiters = waiters;
  }

  public JobWaiters.Waiter register(JobId id) {
    return waiters.register(id);
  }

  /**
   * Waits until the job has ended.
   *
   * @param waiter registered before the job could end
   * @return the job as it ended; null when it has not in that time, or the node is stopping
   */
  public @Nullable Job untilEnded(
      TenantId tenant, JobId id, Duration atMost, JobWaiters.Waiter waiter)
      throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (true) {
      Duration left = Duration.ofNanos(deadline - System.nanoTime());
      waiter.await(left.compareTo(RECHECK) < 0 ? left : RECHECK);
      Job job = store.find(tenant, id);
      if (job != null && job.status().isFinal()) {
        return job;
      }
      if (waiters.isClosed() || System.nanoTime() >= deadline) {
        return null;
      }
    }
  }
}
