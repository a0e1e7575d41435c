package dev.parley.storage.limits;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.BucketProxy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.optimization.Optimizations;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.github.bucket4j.redis.lettuce.cas.LettuceBasedProxyManager;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Buckets in Redis. Callers of one process that ask at the same moment share a round trip. Fails
 * with an unchecked exception when Redis does not answer in time.
 */
final class RedisTokenBuckets implements TokenBuckets {

  private static final String PREFIX = "parley:limit:";
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);

  /** A key that nobody has touched for as long is a full bucket. */
  private static final Duration FORGET_AFTER = Duration.ofMinutes(10);

  private final LettuceBasedProxyManager<String> manager;
  private final Map<Bucket, BucketProxy> buckets = new ConcurrentHashMap<>();

  RedisTokenBuckets(StatefulRedisConnection<String, byte[]> connection) {
    this.manager =
        Bucket4jLettuce.casBasedBuilder(connection)
            .expirationAfterWrite(
                ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(FORGET_AFTER))
            .requestTimeout(ANSWER_WITHIN)
            .build();
  }

  @Override
  public @Nullable Duration take(Bucket bucket, long tokens) {
    return LocalTokenBuckets.Taking.take(proxy(bucket), bucket.capacity(), tokens);
  }

  @Override
  public void settle(Bucket bucket, long tokens) {
    LocalTokenBuckets.Taking.settle(proxy(bucket), tokens);
  }

  private BucketProxy proxy(Bucket bucket) {
    return buckets.computeIfAbsent(
        bucket,
        made ->
            manager
                .builder()
                .withOptimization(Optimizations.batching())
                .build(key(made), () -> configuration(made)));
  }

  /** A limit that was changed is another bucket: the old one's content says nothing about it. */
  private static String key(Bucket bucket) {
    return PREFIX + bucket.name() + ":" + bucket.capacity() + ":" + bucket.refillPerMinute();
  }

  private static BucketConfiguration configuration(Bucket bucket) {
    return BucketConfiguration.builder()
        .addLimit(LocalTokenBuckets.Taking.limit(bucket.capacity(), bucket.refillPerMinute(), true))
        .build();
  }
}
