package dev.parley.storage.redis;

import dev.parley.storage.StoreUnavailableException;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One connection to Redis, shared by all threads; the driver makes it again when it broke, and
 * refuses commands at once meanwhile.
 */
public final class RedisConnection implements AutoCloseable {

  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;

  private final RedisClient client;
  private final Duration startTimeout;
  private volatile @Nullable StatefulRedisConnection<String, String> connection;

  /**
   * @param client shared, and not closed here; its options must bound the time of commands and
   *     refuse them while there is no connection
   * @param startTimeout how long {@link #start()} waits for a server that is not up yet
   */
  public RedisConnection(RedisClient client, Duration startTimeout) {
    this.client = client;
    this.startTimeout = startTimeout;
  }

  /**
   * Connects; waits for a server that is not up yet.
   *
   * @throws StoreUnavailableException when it has not come up in time
   */
  public void start() {
    long deadline = System.nanoTime() + startTimeout.toNanos();
    long pause = FIRST_PAUSE_MILLIS;
    while (true) {
      try {
        connection = client.connect();
        return;
      } catch (RedisException e) {
        if (System.nanoTime() - deadline >= 0) {
          throw away(e);
        }
        sleep(pause, e);
        pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
      }
    }
  }

  private static void sleep(long millis, RedisException cause) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw away(cause);
    }
  }

  /**
   * @throws StoreUnavailableException when Redis does not answer
   */
  public void check() {
    call(RedisAsyncCommands::ping);
  }

  @Override
  public void close() {
    StatefulRedisConnection<String, String> open = connection;
    if (open != null) {
      open.close();
    }
  }

  /** Sends one command and waits for its answer, which is not nothing. */
  <T> T call(Function<RedisAsyncCommands<String, String>, RedisFuture<T>> command) {
    T answer = callNullable(command);
    if (answer == null) {
      throw new IllegalStateException("Redis answered nothing");
    }
    return answer;
  }

  <T> @Nullable T callNullable(
      Function<RedisAsyncCommands<String, String>, RedisFuture<T>> command) {
    return callAll(commands -> List.of(command.apply(commands))).getFirst();
  }

  /** Sends many commands at once and waits for all answers. */
  <T> List<@Nullable T> callAll(
      Function<RedisAsyncCommands<String, String>, List<RedisFuture<T>>> commands) {
    StatefulRedisConnection<String, String> open = connection;
    if (open == null) {
      throw new IllegalStateException("the connection to Redis was not started");
    }
    try {
      List<RedisFuture<T>> futures = commands.apply(open.async());
      List<@Nullable T> answers = new ArrayList<>(futures.size());
      for (RedisFuture<T> future : futures) {
        answers.add(future.get());
      }
      return answers;
    } catch (RedisException | CancellationException e) {
      throw away(e);
    } catch (ExecutionException e) {
      throw away(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw away(e);
    }
  }

  private static StoreUnavailableException away(Throwable cause) {
    return new StoreUnavailableException("Redis", cause);
  }
}
