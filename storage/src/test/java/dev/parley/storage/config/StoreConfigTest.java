package dev.parley.storage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.storage.config.StoreConfig.SessionBackend;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StoreConfigTest {

  private static final Map<String, String> DATABASE =
      Map.of("DATABASE_URL", "postgres://u:s3cret@db/app");

  private static StoreConfig with(String name, String value) {
    Map<String, String> env = new HashMap<>(DATABASE);
    env.put(name, value);
    return StoreConfig.fromEnv(env, Scope.TENANT, 7);
  }

  @Test
  void the_database_url_alone_is_enough() {
    StoreConfig config = StoreConfig.fromEnv(DATABASE, Scope.SERVICE, 7);

    assertThat(config.sessions()).isEqualTo(SessionBackend.POSTGRES);
    assertThat(config.redisUrl()).isNull();
    assertThat(config.poolSize()).isEqualTo(7);
    assertThat(config.sessionTtl()).isEqualTo(Duration.ofDays(30));
    assertThat(config.toString()).doesNotContain("s3cret");
  }

  @Test
  void every_variable_is_read() {
    assertThat(with("SESSION_STORE", " Memory ").sessions()).isEqualTo(SessionBackend.MEMORY);
    assertThat(with("DATABASE_POOL_SIZE", "33").poolSize()).isEqualTo(33);
    assertThat(with("SESSION_TTL_DAYS", "2").sessionTtl()).isEqualTo(Duration.ofDays(2));
    assertThat(with("REDIS_URL", "rediss://r").redisUrl()).isEqualTo("rediss://r");
    assertThat(with("SESSION_STORE", " ").sessions()).isEqualTo(SessionBackend.POSTGRES);
  }

  @ParameterizedTest
  @CsvSource({
    "DATABASE_URL, ''",
    "DATABASE_URL, http://s3cret",
    "SESSION_STORE, s3cret",
    "SESSION_STORE, redis",
    "REDIS_URL, s3cret",
    "DATABASE_POOL_SIZE, 0",
    "DATABASE_POOL_SIZE, s3cret",
    "SESSION_TTL_DAYS, -1"
  })
  void what_is_wrong_is_told_by_the_variables_name(String name, String value) {
    assertThatThrownBy(() -> with(name, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name)
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void a_redis_url_that_cannot_be_read_is_not_shown() {
    StoreConfig config = with("REDIS_URL", "redis://:s3cret@host:port/x?y=|");

    assertThatThrownBy(() -> new Stores(config, null, Clock.systemUTC()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("REDIS_URL")
        .hasMessageNotContaining("s3cret")
        .hasNoCause();
  }

  @Test
  void sessions_in_memory_have_to_be_shared() {
    StoreConfig config = with("SESSION_STORE", "memory");

    assertThatThrownBy(() -> new Stores(config, null, Clock.systemUTC()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("SESSION_STORE");
  }
}
