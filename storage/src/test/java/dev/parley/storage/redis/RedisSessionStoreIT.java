package dev.parley.storage.redis;

import static dev.parley.storage.contract.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.SessionKey;
import dev.parley.storage.NewSession;
import dev.parley.storage.Page;
import dev.parley.storage.Session;
import dev.parley.storage.SessionQuery;
import dev.parley.storage.SessionStore;
import dev.parley.storage.contract.Samples;
import dev.parley.storage.contract.Services;
import dev.parley.storage.contract.SessionStoreContract;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class RedisSessionStoreIT extends SessionStoreContract {

  private static RedisClient client;
  private static RedisConnection redis;

  @BeforeAll
  static void connect() {
    client = RedisClient.create(Services.infrastructure().redisUrl());
    redis = new RedisConnection(client, Duration.ofSeconds(30));
    redis.start();
  }

  @AfterAll
  static void disconnect() {
    redis.close();
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }

  @Override
  protected SessionStore store() {
    return new RedisSessionStore(redis, Duration.ofDays(30));
  }

  @Test
  void a_session_that_expired_is_not_listed() {
    SessionKey kept = Samples.session();
    SessionKey expired = Samples.session(kept.tenantId());
    store().create(NewSession.empty(kept, NOW));
    store().create(NewSession.empty(expired, NOW.plusSeconds(1)));
    redis.call(commands -> commands.del(RedisKeys.session(expired)));

    SessionQuery all =
        new SessionQuery(kept.tenantId(), null, null, null, 10, SessionQuery.Direction.FORWARD);
    Page<Session> page = store().list(all);
    assertThat(page.items()).extracting(Session::key).containsExactly(kept);
    List<String> left =
        redis.call(commands -> commands.zrange(RedisKeys.listing(kept.tenantId()), 0, -1));
    assertThat(left).containsExactly(kept.sessionId().value());
  }

  @Test
  void everything_of_a_session_expires() {
    SessionKey key = Samples.session();
    store()
        .create(
            new NewSession(
                key, NOW, null, List.of(Samples.user("a")), null, null, null, null, null));
    for (String name : RedisKeys.withListing(key)) {
      Long left = redis.call(commands -> commands.pttl(name));
      assertThat(left).isBetween(Duration.ofDays(29).toMillis(), Duration.ofDays(30).toMillis());
    }
  }
}
