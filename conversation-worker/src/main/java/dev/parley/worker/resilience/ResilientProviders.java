package dev.parley.worker.resilience;

import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.RetryBudget;
import dev.parley.worker.provider.RetryPolicy;
import dev.parley.worker.provider.RetryingProvider;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * Puts around each provider what protects it and the worker: the retries outside, with one budget
 * for all, then the choice of the key, then the circuit breakers, then the limits by the minute,
 * and around the try itself a count.
 */
public final class ResilientProviders {

  /** In an outage at most every fifth call may be a repeat, and a few a second are free. */
  private static final double RETRIES_PER_CALL = 0.2;

  private static final double RETRIES_PER_SECOND = 10;
  private static final int RETRIES_IN_RESERVE = 100;

  private final Map<String, ChatProvider> patient = new HashMap<>();
  private final Map<String, ChatProvider> hasty = new HashMap<>();

  /**
   * @param tries make one try a call
   * @param keyed gives a call its key: limits hold for the deployment's own keys alone
   * @param random has to be thread-safe
   */
  public ResilientProviders(
      Map<String, ChatProvider> tries,
      UnaryOperator<ChatProvider> keyed,
      Breakers breakers,
      CallLimits limits,
      RandomGenerator random,
      MeterRegistry metrics) {
    RetryBudget budget =
        new RetryBudget(RETRIES_PER_CALL, RETRIES_PER_SECOND, RETRIES_IN_RESERVE, System::nanoTime);
    Gauge.builder("parley.provider.retries.available", budget, RetryBudget::available)
        .description("repeats that the worker's retry budget would allow now")
        .register(metrics);
    FunctionCounter.builder("parley.provider.retries", budget, RetryBudget::taken)
        .description("repeats of calls")
        .register(metrics);
    FunctionCounter.builder("parley.provider.retries.denied", budget, RetryBudget::denied)
        .description("repeats that had to wait because the worker's retry budget was spent")
        .register(metrics);
    tries.forEach((name, provider) -> {
      ChatProvider guarded =
          keyed.apply(breakers.around(limits.around(new MeteredProvider(provider, metrics))));
      patient.put(name, retrying(guarded, RetryPolicy.DEFAULT, budget, random));
      hasty.put(name, retrying(guarded, RetryPolicy.HASTY, budget, random));
    });
  }

  private static ChatProvider retrying(
      ChatProvider provider, RetryPolicy policy, RetryBudget budget, RandomGenerator random) {
    return new RetryingProvider(provider, policy, budget, random, System::nanoTime, Thread::sleep);
  }

  /** For calls that have nowhere else to go. */
  public Map<String, ChatProvider> patient() {
    return Map.copyOf(patient);
  }

  /** For calls that go elsewhere when these give up. */
  public Map<String, ChatProvider> hasty() {
    return Map.copyOf(hasty);
  }
}
