package dev.parley.ingest.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.parley.ingest.http.Admission;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.schemas.TenantId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets each tenant make so many requests a second on this node, and a burst of them at once.
 *
 * <p>The generic cell rate algorithm (ITU-T I.371): one number per tenant, the time at which it
 * would have used up what it was given, moved on with compare-and-set. Thread-safe.
 */
public final class RateLimiter implements Admission {

  private final int burst;
  private final long intervalNanos;
  private final Ticker ticker;
  private final Cache<TenantId, AtomicLong> usedUpAt;

  /**
   * @param perSecond at least 1
   * @param burst at least 1
   */
  public RateLimiter(int perSecond, int burst, Ticker ticker) {
    this.burst = burst;
    this.intervalNanos = Duration.ofSeconds(1).toNanos() / perSecond;
    this.ticker = ticker;
    // What has been idle for as long as it takes to fill up may be forgotten.
    this.usedUpAt =
        Caffeine.newBuilder()
            .maximumSize(100_000)
            .expireAfterAccess(Duration.ofNanos(intervalNanos * burst).plus(Duration.ofMinutes(1)))
            .ticker(ticker)
            .build();
  }

  @Override
  public void admit(Exchange exchange) {
    long now = ticker.read();
    AtomicLong state = usedUpAt.get(exchange.tenant(), tenant -> new AtomicLong(now));
    long window = intervalNanos * burst;
    while (true) {
      long before = state.get();
      long after = Math.max(before, now) + intervalNanos;
      boolean admitted = after - now <= window;
      if (admitted && !state.compareAndSet(before, after)) {
        continue;
      }
      long used = (admitted ? after : before) - now;
      exchange.header("ratelimit-limit", Integer.toString(burst));
      exchange.header(
          "ratelimit-remaining", Long.toString(Math.max(0, (window - used) / intervalNanos)));
      exchange.header("ratelimit-reset", Long.toString(seconds(used)));
      if (!admitted) {
        throw ApiException.retryLater(
            ErrorCode.RATE_LIMITED,
            "too many requests",
            Duration.ofSeconds(Math.max(1, seconds(after - now - window))));
      }
      return;
    }
  }

  private static long seconds(long nanos) {
    return Math.max(0, Math.ceilDiv(nanos, Duration.ofSeconds(1).toNanos()));
  }
}
