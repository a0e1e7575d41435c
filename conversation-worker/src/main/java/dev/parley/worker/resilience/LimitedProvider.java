package dev.parley.worker.resilience;

import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.ReplyListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes one try, unless a limit is reached: then it fails with {@link Failure.LimitReached} and
 * waits for nothing. What a call may use is taken before it and corrected by what it did use.
 *
 * <p>Calls with a tenant's own key are limited by that tenant's account, and not here. Thread-safe.
 */
final class LimitedProvider implements ChatProvider {

  private final ChatProvider provider;
  private final Function<String, List<ModelLimit>> limitsOf;
  private final ToLongFunction<ProviderCall> inputTokens;
  private final Map<String, List<ModelLimit>> known = new ConcurrentHashMap<>();

  /** Names calls that have no key: nobody will know them again. */
  private final AtomicLong unnamed = new AtomicLong();

  /** More names than that are not those of models. */
  private static final int MOST_KNOWN = 2_000;

  /** The two sides of a limit; null where there is none. */
  record ModelLimit(@Nullable CallLimit requests, @Nullable CallLimit tokens) {}

  /** What is given back when another limit refuses the call. */
  private record Taken(CallLimit limit, long tokens) {}

  /**
   * @param limitsOf the limits that hold for a model
   * @param inputTokens an estimate
   */
  LimitedProvider(
      ChatProvider provider,
      Function<String, List<ModelLimit>> limitsOf,
      ToLongFunction<ProviderCall> inputTokens) {
    this.provider = provider;
    this.limitsOf = limitsOf;
    this.inputTokens = inputTokens;
  }

  @Override
  public String name() {
    return provider.name();
  }

  @Override
  public ProviderReply call(ProviderCall call, ReplyListener listener)
      throws ProviderException, InterruptedException {
    List<ModelLimit> limits = call.apiKey() == null ? limits(call.model()) : List.of();
    if (limits.isEmpty()) {
      return provider.call(call, listener);
    }
    long taken = inputTokens.applyAsLong(call) + call.maxOutputTokens();
    take(limits, call, taken);
    // What breaks off without telling has used what it might have.
    long used = taken;
    try {
      ProviderReply reply = provider.call(call, listener);
      used = tokens(reply.usage(), taken);
      return reply;
    } catch (ProviderException e) {
      used =
          e.visibleOutput() ? tokens(e.partial().usage(), taken) : tokens(e.partial().usage(), 0);
      throw e;
    } finally {
      for (ModelLimit limit : limits) {
        if (limit.tokens() != null) {
          limit.tokens().settle(used - taken);
        }
      }
    }
  }

  private static long tokens(@Nullable ProviderUsage usage, long otherwise) {
    return usage == null || usage.unfinished()
        ? otherwise
        : usage.inputTokens() + usage.outputTokens();
  }

  private void take(List<ModelLimit> limits, ProviderCall call, long tokens)
      throws ProviderException {
    String tenant = call.tenant() == null ? "" : call.tenant().value();
    String key =
        call.requestKey() == null ? "call-" + unnamed.incrementAndGet() : call.requestKey();
    List<Taken> taken = new ArrayList<>(2 * limits.size());
    for (ModelLimit limit : limits) {
      Duration wait = take(limit.requests(), tenant, key, 1, taken);
      if (wait == null) {
        wait = take(limit.tokens(), tenant, key, tokens, taken);
      }
      if (wait != null) {
        taken.forEach(one -> one.limit().settle(-one.tokens()));
        throw new ProviderException(new Failure.LimitReached(wait), null);
      }
    }
    taken.forEach(one -> one.limit().served(tenant));
  }

  private static @Nullable Duration take(
      @Nullable CallLimit limit, String tenant, String call, long tokens, List<Taken> taken) {
    if (limit == null) {
      return null;
    }
    Duration wait = limit.take(tenant, call, tokens);
    if (wait == null) {
      taken.add(new Taken(limit, tokens));
    }
    return wait;
  }

  private List<ModelLimit> limits(String model) {
    List<ModelLimit> found = known.get(model);
    if (found == null) {
      found = limitsOf.apply(model);
      if (known.size() < MOST_KNOWN) {
        known.put(model, found);
      }
    }
    return found;
  }
}
