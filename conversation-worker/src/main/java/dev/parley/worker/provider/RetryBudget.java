package dev.parley.worker.provider;

import java.util.function.LongSupplier;

/**
 * Bounds the retries of the whole worker, so that an outage of a provider makes no storm: each call
 * pays a share of a retry in, each retry takes one out, and a few a second are free, so that jobs
 * which wait for a provider go on though nothing new arrives. Thread-safe.
 */
public final class RetryBudget {

  private static final double NANOS_PER_SECOND = 1e9;

  private final double retriesPerCall;
  private final double retriesPerNano;
  private final double capacity;
  private final LongSupplier nanoTime;
  // INVARIANT: both are touched under the lock of this object only
  private double balance;
  private long countedUntil;
  private long taken;
  private long denied;

  /**
   * @param retriesPerCall what a call adds to the budget, for instance 0.2 for a retry to five
   *     calls
   * @param retriesPerSecond what time adds to it
   * @param capacity the retries that a full budget allows; it begins full
   */
  public RetryBudget(
      double retriesPerCall, double retriesPerSecond, int capacity, LongSupplier nanoTime) {
    if (retriesPerCall < 0 || retriesPerSecond < 0 || capacity < 0) {
      throw new IllegalArgumentException("a retry budget must not be negative");
    }
    this.retriesPerCall = retriesPerCall;
    this.retriesPerNano = retriesPerSecond / NANOS_PER_SECOND;
    this.capacity = capacity;
    this.nanoTime = nanoTime;
    this.balance = capacity;
    this.countedUntil = nanoTime.getAsLong();
  }

  synchronized void payIn() {
    balance = Math.min(capacity, balance + retriesPerCall);
  }

  synchronized boolean tryTake() {
    if (available() < 1) {
      denied++;
      return false;
    }
    balance -= 1;
    taken++;
    return true;
  }

  /** How many retries were made. */
  public synchronized long taken() {
    return taken;
  }

  /** How many were not. */
  public synchronized long denied() {
    return denied;
  }

  /** How many retries it would allow now. */
  public synchronized double available() {
    long now = nanoTime.getAsLong();
    balance = Math.min(capacity, balance + (now - countedUntil) * retriesPerNano);
    countedUntil = now;
    return balance;
  }
}
