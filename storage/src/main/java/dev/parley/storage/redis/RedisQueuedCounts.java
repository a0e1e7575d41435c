package dev.parley.storage.redis;

import dev.parley.schemas.Identifiers;
import dev.parley.schemas.TenantId;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.tenants.QueuedCounts;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Counts in Redis: a key per node that holds all its tenants' counts and expires by itself, and a
 * set of the nodes. No clock is compared with another's.
 */
public final class RedisQueuedCounts implements QueuedCounts, AutoCloseable {

  /** How long a node that has fallen silent still counts. */
  private static final Duration KEPT = Duration.ofSeconds(10);

  private static final Duration NODES_KEPT = Duration.ofDays(1);
  private static final String NODES = "parley:queued-nodes";
  private static final String PREFIX = "parley:queued:";

  private final RedisClient client;
  private final String node = UUID.randomUUID().toString();
  private @Nullable StatefulRedisConnection<String, String> connection;
  private boolean closed;

  /**
   * @param client shared, and not closed here; its options must bound the time of commands and
   *     refuse them while there is no connection
   */
  public RedisQueuedCounts(RedisClient client) {
    this.client = client;
  }

  @Override
  public Map<TenantId, Integer> exchange(Map<TenantId, Integer> own) {
    try {
      return exchange(connected().sync(), own);
    } catch (RedisException e) {
      throw new StoreUnavailableException("Redis", e);
    }
  }

  private Map<TenantId, Integer> exchange(
      RedisCommands<String, String> redis, Map<TenantId, Integer> own) {
    redis.set(PREFIX + node, write(own), SetArgs.Builder.px(KEPT));
    redis.sadd(NODES, node);
    redis.pexpire(NODES, NODES_KEPT);
    Map<TenantId, Integer> elsewhere = new HashMap<>();
    List<String> others =
        redis.smembers(NODES).stream().filter(each -> !each.equals(node)).toList();
    if (others.isEmpty()) {
      return elsewhere;
    }
    String[] keys = others.stream().map(PREFIX::concat).toArray(String[]::new);
    for (KeyValue<String, String> told : redis.mget(keys)) {
      if (told.hasValue()) {
        addTo(elsewhere, told.getValue());
      } else {
        // Gone; one that was merely slow enters itself again.
        redis.srem(NODES, told.getKey().substring(PREFIX.length()));
      }
    }
    return elsewhere;
  }

  private synchronized StatefulRedisConnection<String, String> connected() {
    if (closed) {
      throw new RedisException("closed");
    }
    StatefulRedisConnection<String, String> open = connection;
    if (open == null) {
      open = client.connect();
      connection = open;
    }
    return open;
  }

  private static String write(Map<TenantId, Integer> counts) {
    StringBuilder text = new StringBuilder();
    counts.forEach(
        (tenant, count) -> text.append(tenant.value()).append(' ').append(count).append('\n'));
    return text.toString();
  }

  /** What cannot be read, as of another version, is left out. */
  private static void addTo(Map<TenantId, Integer> sums, String text) {
    for (String line : text.split("\n", -1)) {
      int space = line.indexOf(' ');
      if (space > 0 && Identifiers.isValid(line.substring(0, space))) {
        try {
          int count = Integer.parseInt(line.substring(space + 1));
          sums.merge(new TenantId(line.substring(0, space)), count, Integer::sum);
        } catch (NumberFormatException e) {
          // The next line may be better.
        }
      }
    }
  }

  /** What this node has told is forgotten by itself. */
  @Override
  public synchronized void close() {
    closed = true;
    if (connection != null) {
      connection.close();
      connection = null;
    }
  }
}
