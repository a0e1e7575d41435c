package dev.parley.worker;

import dev.parley.pricing.ContextWindows;
import dev.parley.runtime.Env;
import dev.parley.schemas.CompactionStrategy;
import dev.parley.schemas.Topics;
import dev.parley.storage.TenantSettings.BudgetAction;
import dev.parley.storage.secrets.MasterKeys;
import dev.parley.worker.engine.EngineConfig;
import dev.parley.worker.provider.Deadlines;
import dev.parley.worker.provider.ProviderConfig;
import dev.parley.worker.routing.RoutingConfig;
import dev.parley.worker.routing.RoutingFile;
import dev.parley.worker.turn.TurnSettings;
import dev.parley.worker.turn.UsageSpread;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a worker is told by its environment, apart from where Kafka and the stores are.
 *
 * @param groupId the consumer group whose members share the load
 * @param tenantWeights shares of tenants that differ from 1
 * @param tenantMaxInFlight how many turns of one tenant may run at once
 * @param priceBook a file that replaces the price book that comes along; null for that one
 * @param routing rules, limits and circuit breakers
 * @param budgetAction what happens beyond a budget, for tenants for whom nothing else is set
 * @param logUsage whether each usage event is also logged, without texts
 * @param spreadTenants whose usage events are too many for one partition
 * @param masterKeys what tenants' provider keys are sealed with
 * @param httpPort for health and metrics; 0 takes a free one
 */
public record WorkerConfig(
    String groupId,
    EngineConfig engine,
    TurnSettings turns,
    ProviderConfig providers,
    Map<String, Integer> tenantWeights,
    int tenantMaxInFlight,
    @Nullable Path priceBook,
    RoutingConfig routing,
    BudgetAction budgetAction,
    boolean logUsage,
    UsageSpread spreadTenants,
    String httpHost,
    int httpPort,
    MasterKeys masterKeys) {

  private enum UsageLogging {
    NONE,
    CONSOLE
  }

  /** Few enough that a turn is soon done, enough that turns share their writes. */
  private static final int BUSY_PER_PROCESSOR = 8;

  /** Nothing waits longer for a provider; also keeps the arithmetic of deadlines in range. */
  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);

  public WorkerConfig {
    tenantWeights = Map.copyOf(tenantWeights);
  }

  /**
   * Reads the variables; what is wrong is noted in {@code env}, whose {@link Env#done} the caller
   * calls.
   *
   * @param all the same variables, for the parts that read theirs themselves
   */
  public static WorkerConfig from(Env env, Map<String, String> all) {
    int maxInFlight = env.getInt("WORKER_MAX_IN_FLIGHT", 2_000, 1, 100_000);
    int maxBusy =
        env.getInt(
            "WORKER_MAX_BUSY",
            BUSY_PER_PROCESSOR * Runtime.getRuntime().availableProcessors(),
            1,
            100_000);
    int maxBuffered =
        env.getInt(
            "WORKER_MAX_BUFFERED", Math.max(50_000, 4 * maxInFlight), maxInFlight, 5_000_000);
    long bufferBytes = env.getLong("WORKER_MAX_BUFFERED_BYTES", 128L << 20, 1 << 20, 64L << 30);
    Duration revokeGrace = grace(env, "WORKER_REVOKE_GRACE", Duration.ofSeconds(10));
    Duration stopGrace = grace(env, "WORKER_STOP_GRACE", Duration.ofSeconds(20));
    checkPollInterval(env, revokeGrace);
    EngineConfig engine =
        EngineConfig.forTopic(Topics.SUBMISSIONS)
            .with(new EngineConfig.Bounds(maxInFlight, maxBusy, maxBuffered, bufferBytes))
            .with(new EngineConfig.Times(Duration.ofMillis(200), revokeGrace, stopGrace));
    Deadlines deadlines =
        new Deadlines(
            positive(env, "PROVIDER_CONNECT_TIMEOUT", Deadlines.DEFAULT.connect()),
            positive(env, "PROVIDER_FIRST_TOKEN_TIMEOUT", Deadlines.DEFAULT.firstToken()),
            positive(env, "PROVIDER_IDLE_TIMEOUT", Deadlines.DEFAULT.idle()),
            positive(env, "PROVIDER_TOTAL_TIMEOUT", Deadlines.DEFAULT.total()));
    TurnSettings turns =
        new TurnSettings(
            env.getInt("MAX_CONTEXT_MESSAGES", 100, 1, 10_000),
            env.getInt("MAX_CONTEXT_TOKENS", 100_000, 1, 10_000_000),
            env.getInt("MAX_OUTPUT_TOKENS", 4_096, 1, 1_000_000),
            deadlines,
            env.getEnum(
                "CONTEXT_STRATEGY", CompactionStrategy.class, CompactionStrategy.SLIDING_WINDOW),
            env.getInt("MAX_SUMMARY_TOKENS", TurnSettings.DEFAULT_SUMMARY_TOKENS, 16, 100_000),
            windows(env));
    String priceBook = env.find("PRICE_BOOK");
    ProviderConfig providers = providers(env, all);
    return new WorkerConfig(
        env.get("WORKER_GROUP_ID", "parley-conversation-worker"),
        engine,
        turns,
        providers,
        weights(env),
        env.getInt("TENANT_MAX_IN_FLIGHT", maxInFlight, 1, 100_000),
        priceBook == null ? null : Path.of(priceBook),
        routing(env, providers),
        env.getEnum("BUDGET_ACTION", BudgetAction.class, BudgetAction.THROW),
        env.getEnum("USAGE_LOG", UsageLogging.class, UsageLogging.NONE) == UsageLogging.CONSOLE,
        spreadTenants(env),
        env.get("HTTP_HOST", "127.0.0.1"),
        env.getInt("WORKER_HTTP_PORT", 0, 0, 65_535),
        masterKeys(env));
  }

  /** A worker that gives a partition up does not poll until the grace is over. */
  private static void checkPollInterval(Env env, Duration revokeGrace) {
    long interval = env.getLong("KAFKA_MAX_POLL_INTERVAL_MS", Long.MAX_VALUE, 1, Long.MAX_VALUE);
    if (interval <= revokeGrace.toMillis()) {
      env.problem("KAFKA_MAX_POLL_INTERVAL_MS must be longer than WORKER_REVOKE_GRACE");
    }
  }

  private static MasterKeys masterKeys(Env env) {
    try {
      return MasterKeys.parse(env.find(MasterKeys.VARIABLE));
    } catch (IllegalArgumentException e) {
      env.problem(String.valueOf(e.getMessage()));
      return MasterKeys.NONE;
    }
  }

  private static ProviderConfig providers(Env env, Map<String, String> all) {
    try {
      ProviderConfig providers = ProviderConfig.fromEnv(all);
      if (providers.servers().isEmpty()) {
        env.problem(
            "OPENAI_API_KEY is not set: set it, ANTHROPIC_API_KEY, GEMINI_API_KEY, or"
                + " OPENAI_BASE_URL or PROVIDERS for servers that need no key");
      }
      return providers;
    } catch (IllegalArgumentException e) {
      env.problem(String.valueOf(e.getMessage()));
      return ProviderConfig.fromEnv(Map.of());
    }
  }

  private static ContextWindows windows(Env env) {
    String file = env.find("CONTEXT_WINDOWS");
    try {
      return file == null ? ContextWindows.bundled() : ContextWindows.of(Path.of(file));
    } catch (IOException e) {
      env.problem("CONTEXT_WINDOWS: " + e.getMessage());
      return ContextWindows.bundled();
    }
  }

  private static RoutingConfig routing(Env env, ProviderConfig providers) {
    String file = env.find("ROUTING_FILE");
    if (file == null) {
      return RoutingConfig.NONE;
    }
    try {
      return RoutingFile.read(Path.of(file), providers.servers().keySet());
    } catch (RoutingFile.InvalidRoutingException e) {
      e.problems().forEach(problem -> env.problem("ROUTING_FILE: " + problem));
      return RoutingConfig.NONE;
    }
  }

  private static UsageSpread spreadTenants(Env env) {
    try {
      return UsageSpread.parse(env.get("USAGE_SPREAD_TENANTS", ""));
    } catch (IllegalArgumentException e) {
      env.problem(
          "USAGE_SPREAD_TENANTS must be tenant ids, separated by commas, each with @SINCE or"
              + " @SINCE/UNTIL behind it if wanted, as acme@2026-01-31T00:00:00Z");
      return UsageSpread.NONE;
    }
  }

  private static Map<String, Integer> weights(Env env) {
    Map<String, Integer> weights = new java.util.TreeMap<>();
    String text = env.get("TENANT_WEIGHTS", "");
    for (String entry : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      int equals = entry.indexOf('=');
      try {
        int weight = Integer.parseInt(entry.substring(equals + 1).strip());
        if (equals < 1 || weight < 1 || weight > 65_536) {
          throw new NumberFormatException("out of range");
        }
        weights.put(entry.substring(0, equals).strip(), weight);
      } catch (NumberFormatException e) {
        env.problem("TENANT_WEIGHTS must be tenant=weight,... with weights from 1 to 65536");
      }
    }
    return weights;
  }

  private static Duration grace(Env env, String name, Duration defaultValue) {
    Duration value = env.getDuration(name, defaultValue);
    if (value.compareTo(Duration.ofMinutes(4)) > 0) {
      env.problem(name + " must be at most 4m");
      return defaultValue;
    }
    return value;
  }

  private static Duration positive(Env env, String name, Duration defaultValue) {
    Duration value = env.getDuration(name, defaultValue);
    if (value.isZero() || value.compareTo(LONGEST_TIMEOUT) > 0) {
      env.problem(name + " must be longer than nothing and at most 1d");
      return defaultValue;
    }
    return value;
  }
}
