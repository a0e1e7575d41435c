package dev.parley.worker.provider;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The one retry loop.
 *
 * <p>Short waits happen here; after longer ones the call is handed back with {@link
 * ProviderException#retryAfter()}, so that its caller can give up its permit meanwhile and come
 * again with the number of tries. A failure after visible output, or one that no retry mends, comes
 * back without it. Every repeat takes from the budget, here and in later turns; while there is none
 * the call waits, and that counts as no try, as little as a circuit that is open or a limit that is
 * reached. Thread-safe.
 */
public final class RetryingProvider implements ChatProvider {

  private final ChatProvider provider;
  private final RetryPolicy policy;
  private final RetryBudget budget;
  private final RandomGenerator random;
  private final LongSupplier nanoTime;
  private final Sleeper sleeper;

  /**
   * @param budget shared by all providers of the worker
   * @param random has to be thread-safe
   */
  public RetryingProvider(
      ChatProvider provider,
      RetryPolicy policy,
      RetryBudget budget,
      RandomGenerator random,
      LongSupplier nanoTime,
      Sleeper sleeper) {
    this.provider = provider;
    this.policy = policy;
    this.budget = budget;
    this.random = random;
    this.nanoTime = nanoTime;
    this.sleeper = sleeper;
  }

  @Override
  public String name() {
    return provider.name();
  }

  @Override
  public ProviderReply call(ProviderCall call, ReplyListener listener)
      throws ProviderException, InterruptedException {
    long begin = nanoTime.getAsLong();
    int tries = call.triesBefore();
    if (tries > 0 && !budget.tryTake()) {
      throw noBudget(tries);
    }
    while (true) {
      try {
        ProviderReply reply =
            provider.call(call.withDeadlines(remaining(call.deadlines(), begin)), listener);
        payFor(tries);
        return reply;
      } catch (ProviderException e) {
        if (!e.failure().attempted()) {
          throw e.decided(tries, e.failure().retryAfter());
        }
        payFor(tries);
        tries++;
        if (!e.retryable() || tries >= policy.maxTries()) {
          throw e.decided(tries, null);
        }
        Duration wait = policy.waitAfter(e.failure(), tries, random);
        if (!fitsHere(wait, call.deadlines(), begin)) {
          throw e.decided(tries, wait);
        }
        if (!budget.tryTake()) {
          throw e.decided(tries, policy.waitWithoutBudget(wait, random));
        }
        listener.onTryFailed(e);
        listener.onRetry(tries + 1, e.code());
        sleeper.sleep(wait);
      }
    }
  }

  /** First tries pay for the repeats. */
  private void payFor(int triesBefore) {
    if (triesBefore == 0) {
      budget.payIn();
    }
  }

  private ProviderException noBudget(int tries) {
    return new ProviderException(new Failure.RetriesSpent(), null)
        .decided(tries, policy.waitWithoutBudget(policy.maxInnerWait(), random));
  }

  private boolean fitsHere(Duration wait, Deadlines deadlines, long begin) {
    return wait.compareTo(policy.maxInnerWait()) <= 0
        && elapsed(begin).plus(wait).compareTo(deadlines.total()) < 0;
  }

  private Deadlines remaining(Deadlines deadlines, long begin) {
    Duration left = deadlines.total().minus(elapsed(begin));
    return deadlines.withTotal(left.isPositive() ? left : Duration.ofNanos(1));
  }

  private Duration elapsed(long begin) {
    return Duration.ofNanos(nanoTime.getAsLong() - begin);
  }

  /** Waits; {@link Thread#sleep(Duration)} outside of tests. */
  @FunctionalInterface
  public interface Sleeper {
    void sleep(Duration duration) throws InterruptedException;
  }
}
