package dev.parley.storage.redis;

import dev.parley.schemas.SessionKey;
import dev.parley.storage.ExpectedSessions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Expected sessions in Redis: a key each, which expires by itself. All commands of a node go over
 * one connection, so that what it told it also finds.
 *
 * <p>The connection is made in the background. While there is none, nothing is told and nothing is
 * known; when Redis does not answer in time, nobody waits for it for some seconds.
 */
public final class RedisExpectedSessions implements ExpectedSessions, AutoCloseable {

  private static final String PREFIX = "parley:expected:";

  private static final String EXPECTED = "";
  private static final String DELETED = "deleted";

  /** Twice as long as a node itself remembers, which must not outlive a deletion. */
  private static final Duration KEPT = Duration.ofMinutes(30);

  private static final Duration PATIENCE = Duration.ofMillis(200);
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final Duration RECONNECT_AFTER = Duration.ofSeconds(1);
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final RedisClient client;
  private final AtomicLong patientFrom = new AtomicLong(System.nanoTime());
  private volatile @Nullable StatefulRedisConnection<String, String> connection;
  private @Nullable Thread connector;
  private boolean closed;

  /**
   * @param client shared, and not closed here; its options must bound the time of commands and
   *     refuse them while there is no connection
   */
  public RedisExpectedSessions(RedisClient client) {
    this.client = client;
  }

  @Override
  public CompletableFuture<Void> expect(SessionKey key) {
    StatefulRedisConnection<String, String> to = connection;
    if (to == null) {
      return DONE;
    }
    RedisFuture<String> set;
    try {
      set = to.async().set(nameOf(key), EXPECTED, SetArgs.Builder.px(KEPT));
    } catch (RedisException e) {
      return DONE;
    }
    CompletableFuture<Void> told = new CompletableFuture<>();
    set.whenComplete((answer, failure) -> told.complete(null));
    if (isImpatient()) {
      return DONE;
    }
    if (!told.isDone()) {
      CompletableFuture.delayedExecutor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
          .execute(() -> {
            if (!told.isDone()) {
              // First, so that whoever waited in vain does not wait again at once.
              losePatience();
              told.complete(null);
            }
          });
    }
    return told;
  }

  @Override
  public boolean isExpected(SessionKey key, boolean otherwise) {
    StatefulRedisConnection<String, String> from = connection;
    if (from == null || isImpatient()) {
      return otherwise;
    }
    try {
      String told = from.async().get(nameOf(key)).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return told == null ? otherwise : told.equals(EXPECTED);
    } catch (TimeoutException e) {
      losePatience();
      return otherwise;
    } catch (RedisException | ExecutionException e) {
      return otherwise;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return otherwise;
    }
  }

  @Override
  public void forget(SessionKey key) {
    StatefulRedisConnection<String, String> at = connection;
    if (at != null) {
      try {
        // Nobody waits for it; what stays behind expires.
        var _ = at.async().set(nameOf(key), DELETED, SetArgs.Builder.px(KEPT));
      } catch (RedisException e) {
        // Expires.
      }
    }
  }

  private static String nameOf(SessionKey key) {
    return PREFIX + key.recordKey();
  }

  private boolean isImpatient() {
    return System.nanoTime() - patientFrom.get() < 0;
  }

  private void losePatience() {
    patientFrom.set(System.nanoTime() + PAUSE.toNanos());
  }

  /** Begins to connect, in the background, for as long as it takes. */
  public synchronized void start() {
    connector = Thread.ofVirtual().name("expected-sessions-connector").start(this::connect);
  }

  private void connect() {
    while (true) {
      try {
        adopt(client.connect());
        return;
      } catch (RedisException e) {
        // Away: try again after a while.
      }
      try {
        Thread.sleep(RECONNECT_AFTER);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private synchronized void adopt(StatefulRedisConnection<String, String> made) {
    if (closed) {
      made.close();
    } else {
      connection = made;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (connector != null) {
      connector.interrupt();
    }
    if (connection != null) {
      connection.close();
    }
  }
}
