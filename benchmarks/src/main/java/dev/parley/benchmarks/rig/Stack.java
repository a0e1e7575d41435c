package dev.parley.benchmarks.rig;

import dev.parley.benchmarks.Run;
import dev.parley.infra.DatabaseUrl;
import dev.parley.infra.EmbeddedInfrastructure;
import dev.parley.infra.InfrastructureSettings;
import dev.parley.ingest.IngestConfig;
import dev.parley.ingest.IngestPorts;
import dev.parley.ingest.IngestService;
import dev.parley.ingest.auth.ApiKeys;
import dev.parley.runtime.Component;
import dev.parley.runtime.Components;
import dev.parley.runtime.Env;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.schemas.TenantId;
import dev.parley.simulator.Simulator;
import dev.parley.simulator.SimulatorConfig;
import dev.parley.storage.ApiKeyStore.ApiKey.Role;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.usage.AggregatorConfig;
import dev.parley.usage.AggregatorService;
import dev.parley.worker.WorkerConfig;
import dev.parley.worker.WorkerService;
import dev.parley.worker.turn.TurnEngine;
import io.micrometer.core.instrument.Counter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Kafka, PostgreSQL with fsync, Redis, and services in this process, as {@code ./parley up} has
 * them.
 *
 * <p>For one thread.
 */
public final class Stack implements AutoCloseable {

  private static final int POOL_SIZE = 10;
  private static final String PARTITIONS = "8";

  private final StackPlan plan;
  private final Clock clock = Clock.systemUTC();
  private final PrometheusMeterRegistry metrics =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final List<AutoCloseable> parts = new ArrayList<>();
  private final EmbeddedInfrastructure infrastructure =
      new EmbeddedInfrastructure(new InfrastructureSettings(null, 0, 0, 0, false));
  private final Simulator simulator;
  private final Map<String, String> variables = new HashMap<>();
  private final Stores forTenants;
  private final Stores forAll;
  private final IngestService ingest;

  private Stack(StackPlan plan, Map<String, String> settings, Path directory)
      throws IOException, InterruptedException {
    this.plan = plan;
    this.simulator = new Simulator(SimulatorConfig.onFreePort().with(plan.simulated()));
    try {
      parts.add(infrastructure);
      infrastructure.start();
      parts.add(simulator);
      simulator.start();
      connect(settings, directory);
      Env env = new Env(variables);
      KafkaSettings kafka = KafkaSettings.from(env);
      TopicSetup topics = TopicSetup.from(env);
      topics.ensure(kafka);
      forTenants = stores(Scope.TENANT);
      ingest =
          new IngestService(
              IngestConfig.from(env),
              IngestPorts.of(forTenants),
              kafka,
              topics,
              List.of(),
              metrics,
              clock);
      forAll = stores(Scope.SERVICE);
      List<Component> components = new ArrayList<>();
      components.add(component("tenants", forTenants));
      components.add(component("all", forAll));
      components.add(ingest);
      if (plan.worker()) {
        components.add(worker(env, forAll, kafka, topics));
      }
      if (plan.aggregator()) {
        components.add(
            new AggregatorService(
                AggregatorConfig.from(env),
                forAll.usage(),
                forAll.exports(),
                forAll.audit(),
                kafka,
                topics,
                metrics,
                clock));
      }
      env.done();
      Components services = new Components(components);
      parts.add(services);
      services.start();
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Starts it and returns when it works. */
  public static Stack start(Run run, StackPlan plan) throws IOException, InterruptedException {
    return new Stack(plan, run.settings(), run.directory("stack"));
  }

  private void connect(Map<String, String> settings, Path directory) {
    variables.putAll(
        Map.ofEntries(
            Map.entry("KAFKA_BOOTSTRAP_SERVERS", infrastructure.kafkaBootstrapServers()),
            Map.entry("DATABASE_URL", infrastructure.databaseUrl()),
            Map.entry("REDIS_URL", infrastructure.redisUrl()),
            Map.entry("OPENAI_BASE_URL", simulator.baseUrl() + "/v1"),
            Map.entry("DEFAULT_MODEL", "sim-small"),
            Map.entry("TOPIC_PARTITIONS", PARTITIONS),
            Map.entry("HTTP_HOST", "127.0.0.1"),
            Map.entry("HTTP_PORT", "0"),
            Map.entry("STATE_DIR", directory.resolve("state").toString()),
            Map.entry("EXPORT_DIR", "none")));
    variables.putAll(plan.variables());
    variables.putAll(settings);
  }

  private Stores stores(Scope scope) {
    return new Stores(StoreConfig.fromEnv(variables, scope, POOL_SIZE), null, clock);
  }

  private static Component component(String name, Stores stores) {
    return Component.of(name, stores::start, stores::check, stores::close);
  }

  private WorkerService worker(Env env, Stores forAll, KafkaSettings kafka, TopicSetup topics) {
    WorkerConfig config = WorkerConfig.from(env, variables);
    TurnEngine.Ports ports = TurnEngine.Ports.of(forAll);
    return plan.provider() == null
        ? new WorkerService(config, ports, kafka, topics, metrics, clock)
        : new WorkerService(config, ports, kafka, topics, metrics, clock, List.of(plan.provider()));
  }

  /** The environment variables by which another process joins in. */
  public Map<String, String> variables() {
    return Map.copyOf(variables);
  }

  /** Kafka's address. */
  public String kafka() {
    return infrastructure.kafkaBootstrapServers();
  }

  /** The HTTP API's port on the loopback interface. */
  public int port() {
    return ingest.port();
  }

  /** The simulator's calls so far are in its log. */
  public Simulator simulator() {
    return simulator;
  }

  /** A new key of the tenant. */
  public String key(String tenant) {
    return new ApiKeys(forTenants.apiKeys(), clock)
        .mint(new TenantId(tenant), Role.TENANT, "benchmark")
        .key();
  }

  /** Adds up usage ahead of questions, as the aggregator does once an hour or a day is over. */
  public void rollUp() {
    while (forAll.usage().rollUp(clock.instant()) > 0) {
      // some are left
    }
  }

  /** How many turns the worker here has completed; cheap to ask. */
  public long completed() {
    Counter counter = metrics.find("parley.turns.ended").tag("status", "completed").counter();
    return counter == null ? 0 : (long) counter.count();
  }

  /** A statement that writes, for all tenants. */
  public void execute(String sql) throws SQLException {
    try (Connection connection = DatabaseUrl.parse(infrastructure.databaseUrl()).connect();
        Statement statement = connection.createStatement()) {
      statement.execute("select set_config('parley.scope', 'service', false)");
      statement.execute(sql);
    }
  }

  /** A number from the database, seen over all tenants. */
  public long query(String sql) throws SQLException {
    try (Connection connection = DatabaseUrl.parse(infrastructure.databaseUrl()).connect();
        Statement statement = connection.createStatement()) {
      statement.execute("select set_config('parley.scope', 'service', false)");
      try (ResultSet rows = statement.executeQuery(sql)) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  /** The first columns of a query's rows, seen over all tenants. */
  public List<Double> column(String sql) throws SQLException {
    try (Connection connection = DatabaseUrl.parse(infrastructure.databaseUrl()).connect();
        Statement statement = connection.createStatement()) {
      statement.execute("select set_config('parley.scope', 'service', false)");
      try (ResultSet rows = statement.executeQuery(sql)) {
        List<Double> values = new ArrayList<>();
        while (rows.next()) {
          values.add(rows.getDouble(1));
        }
        return values;
      }
    }
  }

  @Override
  public void close() {
    for (AutoCloseable part : parts.reversed()) {
      try {
        part.close();
      } catch (Exception e) {
        throw new IllegalStateException("a part of the stack does not close", e);
      }
    }
    parts.clear();
  }
}
