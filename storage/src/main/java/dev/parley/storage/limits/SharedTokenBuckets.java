package dev.parley.storage.limits;

import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Buckets that all processes share through Redis; while it is away, each takes its share: a bucket
 * divided by how many processes there last were.
 */
public final class SharedTokenBuckets implements TokenBuckets, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(SharedTokenBuckets.class);

  private static final String MEMBERS = "parley:limit-members";
  private static final Duration HEARTBEAT = Duration.ofSeconds(2);
  private static final Duration GONE_AFTER = Duration.ofSeconds(10);

  private final @Nullable Supplier<RedisClient> redis;
  private final Clock clock;
  private final byte[] self = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
  private final LocalTokenBuckets local;
  private volatile int members;
  private volatile @Nullable RedisTokenBuckets shared;
  private @Nullable StatefulRedisConnection<String, byte[]> connection;
  private @Nullable Thread heart;
  private volatile boolean closed;
  private volatile boolean told;

  /**
   * @param redis the shared client, not closed here; null where there is none
   * @param assumedMembers the processes there are, as long as Redis has not told
   */
  public SharedTokenBuckets(
      @Nullable Supplier<RedisClient> redis, int assumedMembers, Clock clock) {
    this.redis = redis;
    this.local = new LocalTokenBuckets(this::sharers, redis == null);
    this.members = Math.max(1, assumedMembers);
    this.clock = clock;
  }

  /** Looks for Redis in the background, again and again. */
  public synchronized void start() {
    if (redis != null && !closed) {
      heart = Thread.ofVirtual().name("shared-limits").start(() -> beat(redis));
    }
  }

  @Override
  public @Nullable Duration take(Bucket bucket, long tokens) {
    TokenBuckets remote = shared;
    if (remote != null) {
      try {
        return remote.take(bucket, tokens);
      } catch (RuntimeException e) {
        away(e);
      }
    }
    return local.take(bucket, tokens);
  }

  @Override
  public void settle(Bucket bucket, long tokens) {
    TokenBuckets remote = shared;
    if (remote != null) {
      try {
        remote.settle(bucket, tokens);
        return;
      } catch (RuntimeException e) {
        away(e);
      }
    }
    local.settle(bucket, tokens);
  }

  /** Whether limits are shared right now; otherwise this process keeps to its share. */
  public boolean isShared() {
    return shared != null;
  }

  /** Among how many processes the limits are divided. */
  public int sharers() {
    return members;
  }

  private void away(RuntimeException e) {
    shared = null;
    if (!told && !closed) {
      told = true;
      log.atWarn()
          .setMessage("provider limits are not shared: redis is away")
          .addKeyValue("sharers", members)
          .addKeyValue("cause", e.getClass().getSimpleName())
          .log();
    }
  }

  private void beat(Supplier<RedisClient> client) {
    try {
      while (true) {
        beatOnce(client);
        Thread.sleep(HEARTBEAT);
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private void beatOnce(Supplier<RedisClient> client) {
    try {
      StatefulRedisConnection<String, byte[]> open = connect(client);
      if (open == null) {
        return;
      }
      RedisCommands<String, byte[]> commands = open.sync();
      double now = clock.millis();
      double oldest = now - GONE_AFTER.toMillis();
      commands.zadd(MEMBERS, now, self);
      commands.zremrangebyscore(MEMBERS, Range.create(0, oldest));
      members = Math.max(1, commands.zcard(MEMBERS).intValue());
      if (shared == null) {
        shared = new RedisTokenBuckets(open);
        if (told) {
          told = false;
          log.atInfo().setMessage("provider limits are shared again").log();
        }
      }
    } catch (RedisException e) {
      away(e);
    }
  }

  private synchronized @Nullable StatefulRedisConnection<String, byte[]> connect(
      Supplier<RedisClient> client) {
    if (connection == null && !closed) {
      connection = client.get().connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE));
    }
    return connection;
  }

  @Override
  public void close() {
    StatefulRedisConnection<String, byte[]> open;
    synchronized (this) {
      closed = true;
      open = connection;
    }
    if (heart != null) {
      heart.interrupt();
    }
    if (open != null) {
      try {
        open.sync().zrem(MEMBERS, self);
      } catch (RedisException e) {
        // it will be taken for gone soon
      }
      open.close();
    }
  }
}
