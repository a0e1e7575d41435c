package dev.parley.ingest;

import dev.parley.runtime.Component;
import dev.parley.runtime.Env;
import dev.parley.runtime.Health;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.live.LiveEvents;
import dev.parley.storage.live.RedisLiveEvents;
import dev.parley.storage.postgres.Database;
import dev.parley.storage.postgres.DatabaseConfig;
import dev.parley.storage.postgres.DatabaseUrl;
import dev.parley.storage.postgres.PostgresApiKeyStore;
import dev.parley.storage.postgres.PostgresJobStore;
import dev.parley.storage.postgres.PostgresSecretStore;
import dev.parley.storage.postgres.PostgresSessionStore;
import dev.parley.storage.postgres.PostgresUsageStore;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** PostgreSQL, and Redis where there is one, for a process of the API's own. */
final class IngestStores implements Component {

  private static final Duration REDIS_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration EVENTS_KEPT = Duration.ofHours(24);

  private final Database database;
  private final @Nullable RedisURI redisUri;
  private final @Nullable RedisLiveEvents live;
  private final IngestPorts ports;
  private volatile @Nullable RedisClient redis;

  private IngestStores(DatabaseConfig config, @Nullable RedisURI redisUri, Clock clock) {
    this.database = new Database(config);
    this.redisUri = redisUri;
    this.live = redisUri == null ? null : new RedisLiveEvents(this::redisClient, EVENTS_KEPT);
    this.ports =
        new IngestPorts(
            new PostgresSessionStore(database),
            new PostgresJobStore(database),
            new PostgresUsageStore(database, clock),
            new PostgresApiKeyStore(database),
            new PostgresSecretStore(database),
            live == null ? LiveEvents.NONE : live);
  }

  /** Reads DATABASE_URL, DATABASE_POOL_SIZE and REDIS_URL; null when those are not usable. */
  static @Nullable IngestStores from(Env env, Clock clock) {
    String url = env.require("DATABASE_URL", "PostgreSQL's, postgres://user:password@host/name");
    int poolSize = env.getInt("DATABASE_POOL_SIZE", 10, 1, 1_000);
    String redisUrl = env.find("REDIS_URL");
    if (url.isEmpty()) {
      return null;
    }
    try {
      DatabaseConfig config =
          DatabaseConfig.of(DatabaseUrl.parse("DATABASE_URL", url), DatabaseConfig.Scope.TENANT)
              .withPoolSize(poolSize);
      RedisURI redisUri = redisUrl == null ? null : RedisURI.create(redisUrl);
      if (redisUri != null) {
        redisUri.setTimeout(REDIS_TIMEOUT);
      }
      return new IngestStores(config, redisUri, clock);
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      // The driver's message may hold the URL, and the URL a password.
      env.problem(message.startsWith("DATABASE_URL") ? message : "REDIS_URL is not a Redis URL");
      return null;
    }
  }

  IngestPorts ports() {
    return ports;
  }

  @Override
  public String name() {
    return "postgres";
  }

  @Override
  public void start() {
    database.start();
    if (live != null) {
      live.start();
    }
  }

  /** Redis has no part in it: without it only live events are missing. */
  @Override
  public Health check() {
    try {
      database.check();
      return Health.UP;
    } catch (StoreUnavailableException e) {
      return Health.down("postgres does not answer");
    }
  }

  @Override
  public void close() {
    if (live != null) {
      live.close();
    }
    RedisClient client = redis;
    if (client != null) {
      client.shutdown(Duration.ZERO, REDIS_TIMEOUT);
    }
    database.close();
  }

  private synchronized RedisClient redisClient() {
    RedisClient client = redis;
    if (client == null) {
      client = RedisClient.create(redisUri);
      client.setOptions(
          ClientOptions.builder()
              .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
              .build());
      redis = client;
    }
    return client;
  }
}
