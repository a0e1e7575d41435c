package dev.parley.ingest.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.parley.ingest.http.Admission;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.schemas.TenantId;
import dev.parley.storage.TenantSettings;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Lets each tenant make so many requests a second on this node, and a burst of them at once.
 *
 * <p>The generic cell rate algorithm (ITU-T I.371): one number per tenant, the time at which it
 * would have used up what it was given, moved on with compare-and-set. Thread-safe. A rate may
 * change at any time.
 */
public final class RateLimiter implements Admission {

  private final Rate defaultRate;
  private final Function<TenantId, TenantSettings> settings;
  private final Ticker ticker;
  private final Cache<TenantId, State> states;

  /**
   * @param settings asked for each request; must be quick
   */
  public RateLimiter(Rate defaultRate, Function<TenantId, TenantSettings> settings, Ticker ticker) {
    this.defaultRate = defaultRate;
    this.settings = settings;
    this.ticker = ticker;
    // What has been idle for as long as it takes to fill up may be forgotten.
    this.states =
        Caffeine.newBuilder()
            .maximumSize(100_000)
            .expireAfter(
                Expiry.<TenantId, State>accessing((tenant, state) ->
                    Duration.ofNanos(state.rate.windowNanos()).plus(Duration.ofMinutes(1))))
            .ticker(ticker)
            .build();
  }

  @Override
  public void admit(Exchange exchange) {
    Rate rate = defaultRate.with(settings.apply(exchange.tenant()));
    if (rate.isUnlimited()) {
      return;
    }
    long now = ticker.read();
    AtomicLong state = stateOf(exchange.tenant(), rate, now);
    long interval = rate.intervalNanos();
    long window = rate.windowNanos();
    while (true) {
      long before = state.get();
      long ahead = Math.max(0, before - now);
      boolean admitted = ahead + interval <= window;
      long used = admitted ? ahead + interval : ahead;
      if (admitted && !state.compareAndSet(before, now + used)) {
        continue;
      }
      exchange.header("ratelimit-limit", Integer.toString(rate.burst()));
      exchange.header(
          "ratelimit-remaining", Long.toString(Math.max(0, (window - used) / interval)));
      exchange.header("ratelimit-reset", Long.toString(seconds(used)));
      if (!admitted) {
        throw ApiException.retryLater(
            ErrorCode.RATE_LIMITED,
            "too many requests",
            Duration.ofSeconds(Math.max(1, seconds(used + interval - window))));
      }
      return;
    }
  }

  private AtomicLong stateOf(TenantId tenant, Rate rate, long now) {
    State state = states.get(tenant, key -> new State(rate, new AtomicLong(now)));
    if (!state.rate.equals(rate)) {
      // What was used up counted in the old rate's measure: a changed rate begins anew.
      state =
          states
              .asMap()
              .compute(
                  tenant,
                  (key, present) ->
                      present != null && present.rate.equals(rate)
                          ? present
                          : new State(rate, new AtomicLong(now)));
    }
    return state.usedUpAt;
  }

  private record State(Rate rate, AtomicLong usedUpAt) {}

  private static long seconds(long nanos) {
    return Math.max(0, Math.ceilDiv(nanos, Duration.ofSeconds(1).toNanos()));
  }
}
