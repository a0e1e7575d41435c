package dev.parley.storage.limits;

import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** One process's share of buckets, in its memory. */
public final class LocalTokenBuckets implements TokenBuckets {

  private final IntSupplier sharers;
  private final boolean beginFull;
  private final Map<Share, io.github.bucket4j.Bucket> buckets = new ConcurrentHashMap<>();

  /**
   * @param sharers among how many processes each bucket is divided, at least 1
   * @param beginFull false where others may have been taken from just before
   */
  public LocalTokenBuckets(IntSupplier sharers, boolean beginFull) {
    this.sharers = sharers;
    this.beginFull = beginFull;
  }

  private record Share(Bucket bucket, int of) {}

  @Override
  public @Nullable Duration take(Bucket bucket, long tokens) {
    return Taking.take(mine(bucket), capacity(bucket), tokens);
  }

  @Override
  public void settle(Bucket bucket, long tokens) {
    Taking.settle(mine(bucket), tokens);
  }

  private long capacity(Bucket bucket) {
    return Math.max(1, bucket.capacity() / Math.max(1, sharers.getAsInt()));
  }

  private io.github.bucket4j.Bucket mine(Bucket bucket) {
    Share share = new Share(bucket, Math.max(1, sharers.getAsInt()));
    return buckets.computeIfAbsent(
        share,
        made ->
            io.github.bucket4j.Bucket.builder()
                .addLimit(
                    Taking.limit(
                        Math.max(1, bucket.capacity() / made.of()),
                        Math.max(1, bucket.refillPerMinute() / made.of()),
                        beginFull))
                .build());
  }

  /** What local and shared buckets have in common. */
  static final class Taking {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private Taking() {}

    static io.github.bucket4j.Bandwidth limit(
        long capacity, long refillPerMinute, boolean beginFull) {
      return io.github.bucket4j.Bandwidth.builder()
          .capacity(capacity)
          .refillGreedy(refillPerMinute, MINUTE)
          .initialTokens(beginFull ? capacity : 0)
          .build();
    }

    static @Nullable Duration take(io.github.bucket4j.Bucket bucket, long capacity, long tokens) {
      if (tokens <= 0) {
        return null;
      }
      ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(Math.min(tokens, capacity));
      if (!probe.isConsumed()) {
        return Duration.ofNanos(probe.getNanosToWaitForRefill());
      }
      if (tokens > capacity) {
        bucket.consumeIgnoringRateLimits(tokens - capacity);
      }
      return null;
    }

    static void settle(io.github.bucket4j.Bucket bucket, long tokens) {
      if (tokens > 0) {
        bucket.consumeIgnoringRateLimits(tokens);
      } else if (tokens < 0) {
        bucket.addTokens(-tokens);
      }
    }
  }
}
