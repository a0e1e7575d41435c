package dev.parley.worker.resilience;

import dev.parley.storage.limits.TokenBuckets;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.resilience.LimitedProvider.ModelLimit;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The limits by the minute of all providers. */
public final class CallLimits {

  private record Known(RateLimit limit, ModelLimit sides) {}

  private final List<Known> limits;
  private final ToLongFunction<ProviderCall> inputTokens;

  /**
   * @param inputTokens an estimate
   */
  public CallLimits(
      List<RateLimit> limits,
      TokenBuckets buckets,
      ToLongFunction<ProviderCall> inputTokens,
      LongSupplier nanoTime,
      MeterRegistry metrics) {
    this.inputTokens = inputTokens;
    this.limits =
        limits.stream()
            .map(limit ->
                new Known(
                    limit,
                    new ModelLimit(
                        side(
                            limit,
                            "requests",
                            limit.requestsPerMinute(),
                            buckets,
                            nanoTime,
                            metrics),
                        side(
                            limit, "tokens", limit.tokensPerMinute(), buckets, nanoTime, metrics))))
            .toList();
  }

  /** The provider with its limits; the provider itself when it has none. */
  public ChatProvider around(ChatProvider provider) {
    String name = provider.name();
    if (limits.stream().noneMatch(known -> known.limit().provider().equals(name))) {
      return provider;
    }
    return new LimitedProvider(
        provider,
        model ->
            limits.stream()
                .filter(known -> known.limit().fits(name, model))
                .map(Known::sides)
                .toList(),
        inputTokens);
  }

  private static @Nullable CallLimit side(
      RateLimit limit,
      String kind,
      @Nullable Long perMinute,
      TokenBuckets buckets,
      LongSupplier nanoTime,
      MeterRegistry metrics) {
    return perMinute == null
        ? null
        : new CallLimit(limit.name(), kind, perMinute, buckets, nanoTime, metrics);
  }
}
