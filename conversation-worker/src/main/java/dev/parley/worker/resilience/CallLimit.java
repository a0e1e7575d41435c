package dev.parley.worker.resilience;

import dev.parley.storage.limits.TokenBuckets;
import dev.parley.storage.limits.TokenBuckets.Bucket;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One limit: a bucket, and the places in time of those whom it holds up. Thread-safe. */
final class CallLimit {

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
  private static final double NANOS_PER_MINUTE = 60e9;

  private final Bucket bucket;
  private final TokenBuckets buckets;
  private final LongSupplier nanoTime;
  private final Counter waits;
  private final Waiters waiters;

  /** In nanoseconds a token. */
  private final double pace;

  /**
   * @param kind {@code requests} or {@code tokens}
   */
  CallLimit(
      String name,
      String kind,
      long perMinute,
      TokenBuckets buckets,
      LongSupplier nanoTime,
      MeterRegistry metrics) {
    this.bucket = Bucket.strict(name + ":" + kind, perMinute);
    this.buckets = buckets;
    this.nanoTime = nanoTime;
    this.pace = NANOS_PER_MINUTE / bucket.refillPerMinute();
    this.waiters = new Waiters(pace, bucket.capacity(), LONGEST_WAIT.toNanos());
    this.waits =
        Counter.builder("parley.provider.limit.waits")
            .description("calls that waited, or went elsewhere, because of a limit of our own")
            .tag("limit", name)
            .tag("kind", kind)
            .register(metrics);
  }

  /**
   * Takes tokens. When the call is made, {@link #served} is to be said; else {@link #settle}.
   *
   * @param tenant who calls: tenants that are held up take turns
   * @param call the same each time that the call comes
   * @return null when they were taken, else how long to wait: those who are held up come back one
   *     after the other at the pace of the limit, not all at once
   */
  @Nullable Duration take(String tenant, String call, long tokens) {
    long now = nanoTime.getAsLong();
    Duration wait;
    if (waiters.mustYield(tenant, call, tokens, now)) {
      wait = Duration.ofNanos(Math.max((long) (tokens * pace), 1));
    } else {
      wait = buckets.take(bucket, tokens);
      if (wait == null) {
        return null;
      }
    }
    waits.increment();
    long soonest = now + Math.min(wait.toNanos(), LONGEST_WAIT.toNanos());
    long due = waiters.enqueue(tenant, call, tokens, soonest, now);
    return Duration.ofNanos(Math.max(due - now, 1));
  }

  /** The tenant has had its turn. */
  void served(String tenant) {
    waiters.served(tenant, nanoTime.getAsLong());
  }

  void settle(long tokens) {
    if (tokens != 0) {
      buckets.settle(bucket, tokens);
    }
  }
}
