package dev.parley.storage.config;

import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.storage.postgres.DatabaseUrl;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the stores are.
 *
 * @param sessions which store keeps the sessions; jobs and usage are always in PostgreSQL
 * @param redisUrl null when there is no Redis: then nothing is told live
 * @param scope what the service may see of PostgreSQL
 * @param poolSize the most connections to PostgreSQL
 * @param sessionTtl how long Redis keeps a session after its last change
 */
public record StoreConfig(
    SessionBackend sessions,
    DatabaseUrl database,
    @Nullable String redisUrl,
    Scope scope,
    int poolSize,
    Duration sessionTtl) {

  public static final Duration DEFAULT_SESSION_TTL = Duration.ofDays(30);

  /** Where sessions are kept. */
  public enum SessionBackend {
    POSTGRES,
    REDIS,
    /** In the process's own memory: only for services that share one process. */
    MEMORY
  }

  public StoreConfig {
    if (sessions == SessionBackend.REDIS && redisUrl == null) {
      throw new IllegalArgumentException("REDIS_URL is not set: SESSION_STORE=redis needs it");
    }
  }

  /**
   * Reads DATABASE_URL, REDIS_URL, SESSION_STORE, DATABASE_POOL_SIZE and SESSION_TTL_DAYS.
   * DATABASE_URL alone is enough.
   *
   * @throws IllegalArgumentException with a message that names the variable and not its value
   */
  public static StoreConfig fromEnv(Map<String, String> env, Scope scope, int defaultPoolSize) {
    String database = value(env, "DATABASE_URL");
    if (database == null) {
      throw new IllegalArgumentException(
          "DATABASE_URL is not set: PostgreSQL's URL, postgres://user:password@host:port/database");
    }
    return new StoreConfig(
        backend(value(env, "SESSION_STORE")),
        DatabaseUrl.parse("DATABASE_URL", database),
        redis(value(env, "REDIS_URL")),
        scope,
        poolSize(value(env, "DATABASE_POOL_SIZE"), defaultPoolSize),
        sessionTtl(value(env, "SESSION_TTL_DAYS")));
  }

  private static SessionBackend backend(@Nullable String value) {
    return switch (value == null ? "postgres" : value.toLowerCase(Locale.ROOT)) {
      case "postgres" -> SessionBackend.POSTGRES;
      case "redis" -> SessionBackend.REDIS;
      case "memory" -> SessionBackend.MEMORY;
      default ->
          throw new IllegalArgumentException(
              "SESSION_STORE must be one of postgres, redis, memory");
    };
  }

  private static @Nullable String redis(@Nullable String value) {
    if (value != null && !value.startsWith("redis://") && !value.startsWith("rediss://")) {
      throw new IllegalArgumentException("REDIS_URL must begin with redis:// or rediss://");
    }
    return value;
  }

  private static int poolSize(@Nullable String value, int defaultSize) {
    return value == null ? defaultSize : wholeNumber("DATABASE_POOL_SIZE", value, 500);
  }

  private static Duration sessionTtl(@Nullable String value) {
    return value == null
        ? DEFAULT_SESSION_TTL
        : Duration.ofDays(wholeNumber("SESSION_TTL_DAYS", value, 36_500));
  }

  private static int wholeNumber(String name, String value, int max) {
    try {
      int number = Integer.parseInt(value);
      if (number >= 1 && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below, together with a number out of range
    }
    throw new IllegalArgumentException(name + " must be a whole number from 1 to " + max);
  }

  private static @Nullable String value(Map<String, String> env, String name) {
    String value = env.get(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  /** Without the URLs, which hold passwords. */
  @Override
  public String toString() {
    return "StoreConfig[" + sessions + ", " + scope + "]";
  }
}
