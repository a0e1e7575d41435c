package dev.parley.storage.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.TenantId;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.contract.Samples;
import dev.parley.storage.contract.Services;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RedisQueuedCountsIT {

  private final RedisClient client = RedisClient.create(Services.infrastructure().redisUrl());
  private final RedisQueuedCounts one = new RedisQueuedCounts(client);
  private final RedisQueuedCounts two = new RedisQueuedCounts(client);
  private final RedisQueuedCounts three = new RedisQueuedCounts(client);

  @AfterEach
  void close() {
    one.exchange(Map.of());
    two.exchange(Map.of());
    three.exchange(Map.of());
    one.close();
    two.close();
    three.close();
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }

  @Test
  void each_node_hears_the_sums_of_the_others() {
    TenantId acme = Samples.tenant();
    TenantId other = Samples.tenant();
    one.exchange(Map.of(acme, 5));
    two.exchange(Map.of(acme, 7, other, 1));

    assertThat(three.exchange(Map.of(acme, 100))).containsEntry(acme, 12).containsEntry(other, 1);
    assertThat(one.exchange(Map.of())).containsEntry(acme, 107);
    assertThat(three.exchange(Map.of())).containsEntry(acme, 7);
  }

  @Test
  void a_node_that_has_fallen_silent_is_forgotten_and_comes_back_by_itself() {
    TenantId acme = Samples.tenant();
    two.exchange(Map.of(acme, 7));
    var redis = client.connect().sync();
    redis.keys("parley:queued:*").forEach(redis::del);

    assertThat(one.exchange(Map.of())).doesNotContainKey(acme);
    assertThat(redis.scard("parley:queued-nodes")).isEqualTo(1);
    two.exchange(Map.of(acme, 7));
    assertThat(one.exchange(Map.of())).containsEntry(acme, 7);
    assertThat(redis.pttl(redis.keys("parley:queued:*").getFirst())).isBetween(1L, 10_000L);
  }

  @Test
  void without_redis_nothing_is_exchanged() {
    RedisClient nowhere = RedisClient.create("redis://127.0.0.1:1");
    try (RedisQueuedCounts counts = new RedisQueuedCounts(nowhere)) {
      assertThatThrownBy(() -> counts.exchange(Map.of()))
          .isInstanceOf(StoreUnavailableException.class);
    } finally {
      nowhere.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }
}
