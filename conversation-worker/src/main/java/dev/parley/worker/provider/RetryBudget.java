package dev.parley.worker.provider;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the retries of the whole worker to a share of its calls, so that an outage of a provider
 * makes no storm. Each first try pays in, each retry takes out. Thread-safe.
 */
public final class RetryBudget {

  private static final long RETRY = 1_000;

  private final long paidInPerCall;
  private final long capacity;
  private final AtomicLong balance;

  /**
   * @param retriesPerCall what a call adds to the budget, for instance 0.2 for a retry to five
   *     calls
   * @param capacity the retries that a full budget allows; it begins full
   */
  public RetryBudget(double retriesPerCall, int capacity) {
    if (retriesPerCall < 0 || capacity < 0) {
      throw new IllegalArgumentException("a retry budget must not be negative");
    }
    this.paidInPerCall = (long) (retriesPerCall * RETRY);
    this.capacity = capacity * RETRY;
    this.balance = new AtomicLong(this.capacity);
  }

  void payIn() {
    balance.updateAndGet(now -> Math.min(capacity, now + paidInPerCall));
  }

  boolean tryTake() {
    long before = balance.getAndUpdate(now -> now >= RETRY ? now - RETRY : now);
    return before >= RETRY;
  }
}
