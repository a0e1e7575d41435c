package dev.parley.worker.resilience;

import dev.parley.worker.provider.RateLimits;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Shows what a provider said, with its last answers, is left of its limits. Thread-safe. */
final class ToldLimits {

  /** Tenants name models as they like. */
  private static final int MOST_MODELS = 200;

  private final String provider;
  private final MeterRegistry metrics;
  private final Map<Side, AtomicLong> remaining = new ConcurrentHashMap<>();

  private record Side(String model, String kind) {}

  ToldLimits(String provider, MeterRegistry metrics) {
    this.provider = provider;
    this.metrics = metrics;
  }

  void told(String model, RateLimits limits) {
    remaining(model, "requests", limits.remainingRequests());
    remaining(model, "tokens", limits.remainingTokens());
  }

  private void remaining(String model, String kind, @Nullable Long count) {
    if (count == null) {
      return;
    }
    Side side = new Side(model, kind);
    AtomicLong shown = remaining.get(side);
    if (shown == null && remaining.size() < 2 * MOST_MODELS) {
      shown = remaining.computeIfAbsent(side, this::gauge);
    }
    if (shown != null) {
      shown.set(count);
    }
  }

  private AtomicLong gauge(Side side) {
    AtomicLong shown = new AtomicLong();
    Gauge.builder("parley.provider.remaining", shown, AtomicLong::get)
        .description("what the provider last said is left of its limit for our own keys")
        .tag("provider", provider)
        .tag("model", side.model())
        .tag("kind", side.kind())
        .strongReference(true)
        .register(metrics);
    return shown;
  }
}
