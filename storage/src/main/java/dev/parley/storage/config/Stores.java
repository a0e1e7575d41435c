package dev.parley.storage.config;

import dev.parley.storage.ApiKeyStore;
import dev.parley.storage.BudgetStore;
import dev.parley.storage.CorrectionStore;
import dev.parley.storage.ExpectedSessions;
import dev.parley.storage.ExportStore;
import dev.parley.storage.IdempotencyStore;
import dev.parley.storage.JobStore;
import dev.parley.storage.ProviderKeyStore;
import dev.parley.storage.RedriveStore;
import dev.parley.storage.SecretStore;
import dev.parley.storage.SessionStore;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.TenantSettingsStore;
import dev.parley.storage.TurnWriter;
import dev.parley.storage.UsageAudit;
import dev.parley.storage.UsageStore;
import dev.parley.storage.limits.SharedTokenBuckets;
import dev.parley.storage.live.LiveEvents;
import dev.parley.storage.live.RedisLiveEvents;
import dev.parley.storage.memory.MemorySessionStore;
import dev.parley.storage.postgres.Database;
import dev.parley.storage.postgres.DatabaseConfig;
import dev.parley.storage.postgres.PostgresApiKeyStore;
import dev.parley.storage.postgres.PostgresBudgetStore;
import dev.parley.storage.postgres.PostgresCorrectionStore;
import dev.parley.storage.postgres.PostgresExportStore;
import dev.parley.storage.postgres.PostgresIdempotencyStore;
import dev.parley.storage.postgres.PostgresJobStore;
import dev.parley.storage.postgres.PostgresProviderKeyStore;
import dev.parley.storage.postgres.PostgresRedriveStore;
import dev.parley.storage.postgres.PostgresSecretStore;
import dev.parley.storage.postgres.PostgresSessionStore;
import dev.parley.storage.postgres.PostgresTenantSettingsStore;
import dev.parley.storage.postgres.PostgresTurnLedger;
import dev.parley.storage.postgres.PostgresTurnWriter;
import dev.parley.storage.postgres.PostgresUsageAudit;
import dev.parley.storage.postgres.PostgresUsageStore;
import dev.parley.storage.redis.RedisConnection;
import dev.parley.storage.redis.RedisExpectedSessions;
import dev.parley.storage.redis.RedisQueuedCounts;
import dev.parley.storage.redis.RedisSessionStore;
import dev.parley.storage.tenants.QueuedCounts;
import dev.parley.storage.turn.SplitTurnWriter;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stores of one service, as its configuration wants them. The constructor opens nothing; the
 * ports may be handed around before {@link #start()}.
 */
public final class Stores implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Stores.class);

  private static final Duration LIVE_EVENTS_KEPT = Duration.ofHours(24);
  private static final Duration REDIS_START_LIMIT = Duration.ofSeconds(60);
  private static final int REDIS_QUEUE = 100_000;

  private final Database database;
  private final @Nullable RedisClient redis;
  private final @Nullable RedisLiveEvents redisLive;
  private final @Nullable RedisQueuedCounts redisCounts;
  private final @Nullable RedisExpectedSessions redisExpected;
  private final @Nullable RedisConnection redisSessions;
  private final SessionStore sessions;
  private final TurnWriter turns;
  private final JobStore jobs;
  private final IdempotencyStore idempotencyKeys;
  private final UsageStore usage;
  private final CorrectionStore corrections;
  private final ExportStore exports;
  private final UsageAudit audit;
  private final ApiKeyStore apiKeys;
  private final SecretStore secrets;
  private final BudgetStore budgets;
  private final Clock clock;
  private final TenantSettingsStore tenantSettings;
  private final ProviderKeyStore providerKeys;
  private final RedriveStore redrives;

  /**
   * @param inMemory the sessions of this process, for {@code SESSION_STORE=memory}; null where the
   *     services do not share one process
   * @throws IllegalArgumentException when sessions are to be in memory and there is none to share
   */
  public Stores(StoreConfig config, @Nullable MemorySessionStore inMemory, Clock clock) {
    this.database =
        new Database(
            DatabaseConfig.of(config.database(), config.scope()).withPoolSize(config.poolSize()));
    this.redis = config.redisUrl() == null ? null : redisClient(config.redisUrl());
    RedisClient client = redis;
    this.redisLive = client == null ? null : new RedisLiveEvents(() -> client, LIVE_EVENTS_KEPT);
    this.redisCounts = client == null ? null : new RedisQueuedCounts(client);
    this.redisExpected = client == null ? null : new RedisExpectedSessions(client);
    this.jobs = new PostgresJobStore(database);
    this.idempotencyKeys = new PostgresIdempotencyStore(database);
    this.usage = new PostgresUsageStore(database, clock);
    this.corrections = new PostgresCorrectionStore(database);
    this.exports = new PostgresExportStore(database);
    this.audit = new PostgresUsageAudit(database);
    this.apiKeys = new PostgresApiKeyStore(database);
    this.secrets = new PostgresSecretStore(database);
    this.clock = clock;
    this.budgets = new PostgresBudgetStore(database);
    this.tenantSettings = new PostgresTenantSettingsStore(database);
    this.providerKeys = new PostgresProviderKeyStore(database);
    this.redrives = new PostgresRedriveStore(database);
    SessionSide side = sessionSide(config, client, inMemory);
    this.redisSessions = side.connection();
    this.sessions = side.sessions();
    this.turns = side.turns();
  }

  private record SessionSide(
      @Nullable RedisConnection connection, SessionStore sessions, TurnWriter turns) {}

  private SessionSide sessionSide(
      StoreConfig config, @Nullable RedisClient client, @Nullable MemorySessionStore inMemory) {
    return switch (config.sessions()) {
      case POSTGRES ->
          new SessionSide(
              null, new PostgresSessionStore(database), new PostgresTurnWriter(database));
      case MEMORY -> {
        if (inMemory == null) {
          throw new IllegalArgumentException(
              "SESSION_STORE=memory only works where all services share one process");
        }
        yield new SessionSide(
            null, inMemory, new SplitTurnWriter(inMemory, new PostgresTurnLedger(database)));
      }
      case REDIS -> {
        if (client == null) {
          throw new IllegalArgumentException("SESSION_STORE=redis needs REDIS_URL");
        }
        RedisConnection connection = new RedisConnection(client, REDIS_START_LIMIT);
        RedisSessionStore store = new RedisSessionStore(connection, config.sessionTtl());
        yield new SessionSide(
            connection, store, new SplitTurnWriter(store, new PostgresTurnLedger(database)));
      }
    };
  }

  private static RedisClient redisClient(String url) {
    RedisClient client = RedisClient.create(redisUri(url));
    client.setOptions(
        ClientOptions.builder()
            // Refused at once rather than queued for a server that is away.
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(REDIS_QUEUE)
            .socketOptions(SocketOptions.builder().connectTimeout(Duration.ofSeconds(3)).build())
            .timeoutOptions(TimeoutOptions.enabled(Duration.ofSeconds(3)))
            .build());
    return client;
  }

  private static RedisURI redisUri(String url) {
    try {
      return RedisURI.create(url);
    } catch (RuntimeException e) {
      // without the cause, whose message shows the URL and with it the password
      throw new IllegalArgumentException("REDIS_URL is not a redis:// or rediss:// URL");
    }
  }

  /**
   * Waits for the stores that the service cannot do without as long as it takes, and makes the
   * schema on first use.
   *
   * @throws StoreUnavailableException when the thread is interrupted meanwhile
   */
  public void start() {
    waitFor("postgres", database::start);
    if (redisSessions != null) {
      waitFor("redis", redisSessions::start);
    }
    if (redisLive != null) {
      redisLive.start();
    }
    if (redisExpected != null) {
      redisExpected.start();
    }
  }

  /**
   * Opens PostgreSQL alone, for commands: they need nothing else, and somebody waits for their end.
   *
   * @param limit how long a server that does not answer is waited for
   * @throws StoreUnavailableException when it has not answered by then
   * @throws dev.parley.storage.NoEntryException when it does not let us in
   */
  public void startDatabase(Duration limit) {
    database.startWithin(limit);
  }

  private static void waitFor(String store, Runnable start) {
    while (true) {
      try {
        start.run();
        return;
      } catch (StoreUnavailableException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw e;
        }
        log.atWarn().setMessage("waiting for a store").addKeyValue("store", store).log();
      }
    }
  }

  /**
   * @throws StoreUnavailableException naming the store that does not answer
   */
  public void check() {
    database.check();
    if (redisSessions != null) {
      redisSessions.check();
    }
  }

  public SessionStore sessions() {
    return sessions;
  }

  public TurnWriter turns() {
    return turns;
  }

  public JobStore jobs() {
    return jobs;
  }

  public IdempotencyStore idempotencyKeys() {
    return idempotencyKeys;
  }

  public UsageStore usage() {
    return usage;
  }

  public CorrectionStore corrections() {
    return corrections;
  }

  public ExportStore exports() {
    return exports;
  }

  public UsageAudit audit() {
    return audit;
  }

  public ApiKeyStore apiKeys() {
    return apiKeys;
  }

  public BudgetStore budgets() {
    return budgets;
  }

  /**
   * Limits that all services with the same Redis share. Nothing is done for them before they are
   * started; whoever does so closes them too, before the stores.
   *
   * @param assumedMembers how many processes share them, as long as Redis has not told
   */
  public SharedTokenBuckets sharedLimits(int assumedMembers) {
    RedisClient client = redis;
    return new SharedTokenBuckets(client == null ? null : () -> client, assumedMembers, clock);
  }

  public SecretStore secrets() {
    return secrets;
  }

  public TenantSettingsStore tenantSettings() {
    return tenantSettings;
  }

  public RedriveStore redrives() {
    return redrives;
  }

  public QueuedCounts queuedCounts() {
    return redisCounts == null ? QueuedCounts.NONE : redisCounts;
  }

  public ExpectedSessions expectedSessions() {
    return redisExpected == null ? ExpectedSessions.NONE : redisExpected;
  }

  public ProviderKeyStore providerKeys() {
    return providerKeys;
  }

  public LiveEvents live() {
    return redisLive == null ? LiveEvents.NONE : redisLive;
  }

  @Override
  public void close() {
    if (redisLive != null) {
      redisLive.close();
    }
    if (redisCounts != null) {
      redisCounts.close();
    }
    if (redisExpected != null) {
      redisExpected.close();
    }
    if (redisSessions != null) {
      redisSessions.close();
    }
    if (redis != null) {
      redis.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
    database.close();
  }
}
