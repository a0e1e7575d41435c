package dev.parley.ingest.jobs;

import dev.parley.schemas.JobId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Those on this node that wait for something to happen to a job. A signal is a hint, never a fact:
 * who is woken looks at the store. Thread-safe.
 */
public final class JobWaiters {

  private final ConcurrentHashMap<JobId, List<Waiter>> waiters = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** Begins to listen; to be closed by the caller. What happens from now on is not missed. */
  public Waiter register(JobId id) {
    Waiter waiter = new Waiter(id);
    waiters.compute(
        id,
        (key, present) -> {
          List<Waiter> all = present == null ? new ArrayList<>(1) : new ArrayList<>(present);
          all.add(waiter);
          return all;
        });
    return waiter;
  }

  /** Wakes those that wait for the job. */
  public void signal(JobId id) {
    List<Waiter> present = waiters.get(id);
    if (present != null) {
      present.forEach(Waiter::signal);
    }
  }

  public boolean isEmpty() {
    return waiters.isEmpty();
  }

  /** Ends all waiting, now and later: the node is about to stop. */
  public void close() {
    closed = true;
    waiters.values().forEach(all -> all.forEach(Waiter::signal));
  }

  public boolean isClosed() {
    return closed;
  }

  /** One that waits. */
  public final class Waiter implements AutoCloseable {

    private final JobId id;
    private final Semaphore signals = new Semaphore(0);
    private volatile boolean signalled;

    private Waiter(JobId id) {
      this.id = id;
    }

    /** Waits for a signal, or for as long as it is given. */
    void await(Duration atMost) throws InterruptedException {
      if (!closed && signals.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
        signals.drainPermits();
      }
    }

    /** Whether the job was signalled since this was last asked. */
    boolean takeSignal() {
      boolean was = signalled;
      signalled = false;
      return was;
    }

    /** Wakes this one for another reason than a signal. */
    void hint() {
      signals.release();
    }

    private void signal() {
      signalled = true;
      signals.release();
    }

    @Override
    public void close() {
      waiters.computeIfPresent(
          id,
          (key, present) -> {
            List<Waiter> rest = new ArrayList<>(present);
            rest.remove(this);
            return rest.isEmpty() ? null : rest;
          });
    }
  }
}
