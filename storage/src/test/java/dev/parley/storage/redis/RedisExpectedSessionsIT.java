package dev.parley.storage.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.storage.contract.Samples;
import dev.parley.storage.contract.Services;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RedisExpectedSessionsIT {

  private static final Duration SILENT = Duration.ofSeconds(3);

  private final RedisClient client = RedisClient.create(Services.infrastructure().redisUrl());
  private final RedisExpectedSessions one = new RedisExpectedSessions(client);
  private final RedisExpectedSessions two = new RedisExpectedSessions(client);

  @BeforeEach
  void start() throws Exception {
    one.start();
    two.start();
    SessionKey probe = key("probe");
    until(() -> {
      one.expect(probe).join();
      return two.isExpected(probe, false);
    });
  }

  @AfterEach
  void close() {
    one.close();
    two.close();
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }

  private static void until(BooleanSupplier reached) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!reached.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  private static SessionKey key(String session) {
    return new SessionKey(Samples.tenant(), new SessionId(session));
  }

  @Test
  void what_one_node_expects_the_other_knows_until_it_is_forgotten() throws Exception {
    SessionKey key = key("s");
    assertThat(two.isExpected(key, false)).isFalse();
    one.expect(key).get(10, TimeUnit.SECONDS);
    assertThat(two.isExpected(key, false)).isTrue();
    assertThat(two.isExpected(key("s"), false)).as("another tenant's of that id").isFalse();
    assertThat(client.connect().sync().pttl("parley:expected:" + key))
        .isBetween(1L, Duration.ofMinutes(30).toMillis());

    two.forget(key);
    until(() -> !one.isExpected(key, true));
    one.expect(key).get(10, TimeUnit.SECONDS);
    assertThat(two.isExpected(key, false)).as("made again").isTrue();
    assertThat(two.isExpected(key("unheard-of"), true)).as("nothing is known of it").isTrue();
  }

  @Test
  void without_redis_nothing_is_known_and_nobody_waits() {
    RedisClient nowhere = RedisClient.create("redis://127.0.0.1:1");
    try (RedisExpectedSessions sessions = new RedisExpectedSessions(nowhere)) {
      sessions.start();
      assertThat(sessions.expect(key("s"))).isCompleted();
      assertThat(sessions.isExpected(key("s"), false)).isFalse();
      assertThat(sessions.isExpected(key("s"), true)).isTrue();
      sessions.forget(key("s"));
    } finally {
      nowhere.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  @Test
  void a_redis_that_falls_silent_is_waited_for_once_and_shortly() throws Exception {
    SessionKey known = key("known");
    one.expect(known).get(10, TimeUnit.SECONDS);
    var redis = client.connect().sync();
    redis.clientPause(SILENT.toMillis());
    long begin = System.nanoTime();
    CompletableFuture<Void> told = one.expect(key("s"));
    assertThat(told).isNotDone();
    told.get(10, TimeUnit.SECONDS);
    assertThat(one.expect(key("t"))).as("nobody waits again at once").isCompleted();
    assertThat(one.isExpected(known, false)).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SILENT);
    assertThat(redis.ping()).as("once it speaks again").isEqualTo("PONG");
  }
}
