package dev.parley.localstack.commands;

import dev.parley.ingest.IngestConfig;
import dev.parley.ingest.IngestPorts;
import dev.parley.ingest.IngestService;
import dev.parley.localstack.infra.LocalStack;
import dev.parley.runtime.Component;
import dev.parley.runtime.ConfigException;
import dev.parley.runtime.Env;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.memory.MemorySessionStore;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.usage.AggregatorConfig;
import dev.parley.usage.AggregatorService;
import dev.parley.worker.WorkerConfig;
import dev.parley.worker.WorkerService;
import dev.parley.worker.turn.TurnEngine;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The services of {@code up}: the same ones as in processes of their own, in this one. */
final class StackServices implements LocalStack.Services {

  private static final int POOL_SIZE = 10;

  /** What workers on one machine share; more would only cost it files. */
  private static final String PARTITIONS = "8";

  private final int port;
  private final @Nullable Path dataDirectory;
  private final Map<String, String> outer;
  private final Clock clock = Clock.systemUTC();
  private @Nullable DevelopmentKey key;

  /**
   * @param port of the HTTP API
   * @param dataDirectory where the development key is kept; null when nothing is
   * @param outer the process's environment, which may name a real provider
   */
  StackServices(int port, @Nullable Path dataDirectory, Map<String, String> outer) {
    this.port = port;
    this.dataDirectory = dataDirectory;
    this.outer = Map.copyOf(outer);
  }

  /** The key that was made for trying things; only after the start. */
  String key() {
    if (key == null) {
      throw new IllegalStateException("not started");
    }
    return key.value();
  }

  /** Whether a real provider answers, instead of the simulator. */
  boolean realProvider() {
    return LocalDefaults.namesProvider(outer);
  }

  /**
   * Tells what is wrong with the environment before anything is started.
   *
   * @throws ConfigException naming all of it
   */
  void check() {
    Map<String, String> anywhere =
        Map.of(
            "DATABASE_URL", "postgres://127.0.0.1/parley",
            "REDIS_URL", "redis://127.0.0.1",
            "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092",
            "OPENAI_BASE_URL", "http://127.0.0.1/v1");
    Map<String, String> variables = variables(anywhere);
    Settings.from(variables);
    storeConfig(variables, Scope.SERVICE);
  }

  @Override
  public List<Component> wire(Map<String, String> stack) {
    Map<String, String> variables = variables(stack);
    AggregatorFiles files = AggregatorFiles.in(dataDirectory);
    variables.put("STATE_DIR", files.state().toString());
    variables.putIfAbsent("EXPORT_DIR", files.exports().toString());
    return wireAll(variables, files.component());
  }

  private Map<String, String> variables(Map<String, String> stack) {
    Map<String, String> variables = new HashMap<>(outer);
    variables.putIfAbsent("TOPIC_PARTITIONS", PARTITIONS);
    // A database or broker that the shell happens to name is not meant: up brings its own.
    for (String name : List.of("DATABASE_URL", "REDIS_URL", "KAFKA_BOOTSTRAP_SERVERS")) {
      variables.put(name, stack.getOrDefault(name, ""));
    }
    if (!realProvider()) {
      variables.put("OPENAI_BASE_URL", stack.getOrDefault("OPENAI_BASE_URL", ""));
      variables.putIfAbsent("DEFAULT_MODEL", "sim-small");
    }
    LocalDefaults.putDefaultModel(variables);
    variables.put("HTTP_PORT", Integer.toString(port));
    variables.putIfAbsent("HTTP_HOST", "127.0.0.1");
    return variables;
  }

  private record Settings(
      KafkaSettings kafka,
      TopicSetup topics,
      IngestConfig ingest,
      WorkerConfig worker,
      AggregatorConfig aggregator) {

    static Settings from(Map<String, String> variables) {
      Env env = new Env(variables);
      Settings settings =
          new Settings(
              KafkaSettings.from(env),
              TopicSetup.from(env),
              IngestConfig.from(env),
              WorkerConfig.from(env, variables),
              AggregatorConfig.from(env));
      env.done();
      return settings;
    }
  }

  private List<Component> wireAll(Map<String, String> variables, Component files) {
    Settings settings = Settings.from(variables);
    KafkaSettings kafka = settings.kafka();
    TopicSetup topics = settings.topics();
    MemorySessionStore inMemory = new MemorySessionStore();
    Stores forTenants = stores(variables, Scope.TENANT, inMemory);
    Stores forAll = stores(variables, Scope.SERVICE, inMemory);
    DevelopmentKey development = new DevelopmentKey(forTenants.apiKeys(), dataDirectory, clock);
    key = development;
    PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    Component database = Component.of("postgres", forAll::start, forAll::check, forAll::close);
    Component tenantDatabase =
        Component.of("postgres-tenants", forTenants::start, forTenants::check, forTenants::close);
    Component keys = Component.of("development-key", development::make, () -> {}, () -> {});
    WorkerService worker =
        new WorkerService(
            settings.worker(), TurnEngine.Ports.of(forAll), kafka, topics, metrics, clock);
    AggregatorService aggregator =
        new AggregatorService(
            settings.aggregator(),
            forAll.usage(),
            forAll.exports(),
            forAll.audit(),
            kafka,
            topics,
            metrics,
            clock);
    IngestService ingest =
        new IngestService(
            settings.ingest(),
            IngestPorts.of(forTenants),
            kafka,
            topics,
            List.of(database, tenantDatabase, worker, aggregator),
            metrics,
            clock);
    return List.of(files, database, tenantDatabase, keys, worker, aggregator, ingest);
  }

  private Stores stores(Map<String, String> variables, Scope scope, MemorySessionStore inMemory) {
    return new Stores(storeConfig(variables, scope), inMemory, clock);
  }

  private static StoreConfig storeConfig(Map<String, String> variables, Scope scope) {
    try {
      return StoreConfig.fromEnv(variables, scope, POOL_SIZE);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(List.of(String.valueOf(e.getMessage())));
    }
  }
}
