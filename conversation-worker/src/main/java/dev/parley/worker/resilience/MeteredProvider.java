package dev.parley.worker.resilience;

import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ReplyListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the tries that reach a provider, by how they end, and shows what the provider says of its
 * limits. Thread-safe.
 */
final class MeteredProvider implements ChatProvider {

  private final ChatProvider provider;
  private final MeterRegistry metrics;
  private final Map<String, Counter> byResult = new ConcurrentHashMap<>();
  private final ToldLimits limits;

  MeteredProvider(ChatProvider provider, MeterRegistry metrics) {
    this.provider = provider;
    this.metrics = metrics;
    this.limits = new ToldLimits(provider.name(), metrics);
  }

  @Override
  public String name() {
    return provider.name();
  }

  @Override
  public ProviderReply call(ProviderCall call, ReplyListener listener)
      throws ProviderException, InterruptedException {
    String result = "stopped";
    try {
      ProviderReply reply = provider.call(call, hearing(call, listener));
      result = "answered";
      return reply;
    } catch (ProviderException e) {
      result = e.code();
      throw e;
    } finally {
      byResult.computeIfAbsent(result, this::counter).increment();
    }
  }

  /** A tenant's own key has limits of its own. */
  private ReplyListener hearing(ProviderCall call, ReplyListener listener) {
    return call.apiKey() == null
        ? new LimitsListener(listener, told -> limits.told(call.model(), told))
        : listener;
  }

  private Counter counter(String result) {
    return Counter.builder("parley.provider.tries")
        .description("calls that were sent to a provider, repeats included")
        .tag("provider", provider.name())
        .tag("result", result)
        .register(metrics);
  }
}
