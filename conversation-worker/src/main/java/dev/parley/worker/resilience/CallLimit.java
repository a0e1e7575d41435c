package dev.parley.worker.resilience;

import dev.parley.storage.limits.TokenBuckets;
import dev.parley.storage.limits.TokenBuckets.Bucket;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One limit: a bucket, and the queue in time of those whom it holds up. Thread-safe. */
final class CallLimit {

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
  private static final double NANOS_PER_MINUTE = 60e9;

  private final Bucket bucket;
  private final TokenBuckets buckets;
  private final LongSupplier nanoTime;
  private final Counter waits;

  /** When the last of those who wait comes back. */
  private final AtomicLong queuedUntil;

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
    this.queuedUntil = new AtomicLong(nanoTime.getAsLong());
    this.waits =
        Counter.builder("parley.provider.limit.waits")
            .description("calls that waited, or went elsewhere, because of a limit of our own")
            .tag("limit", name)
            .tag("kind", kind)
            .register(metrics);
  }

  /**
   * Takes tokens.
   *
   * @return null when they were taken, else how long to wait: those who are held up come back one
   *     after the other at the pace of the limit, not all at once
   */
  @Nullable Duration take(long tokens) {
    Duration wait = buckets.take(bucket, tokens);
    if (wait == null) {
      return null;
    }
    waits.increment();
    long now = nanoTime.getAsLong();
    long soonest = now + Math.min(wait.toNanos(), LONGEST_WAIT.toNanos());
    long pace = (long) (tokens * NANOS_PER_MINUTE / bucket.refillPerMinute());
    long turn =
        queuedUntil.updateAndGet(last ->
            last - soonest >= 0 ? Math.min(last + pace, now + LONGEST_WAIT.toNanos()) : soonest);
    return Duration.ofNanos(Math.max(turn - now, 1));
  }

  void settle(long tokens) {
    if (tokens != 0) {
      buckets.settle(bucket, tokens);
    }
  }
}
