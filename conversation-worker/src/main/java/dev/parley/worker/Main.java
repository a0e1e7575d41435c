package dev.parley.worker;

import dev.parley.runtime.Component;
import dev.parley.runtime.Components;
import dev.parley.runtime.ConfigException;
import dev.parley.runtime.Env;
import dev.parley.runtime.HealthServer;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.ServiceMain;
import dev.parley.runtime.TopicSetup;
import dev.parley.storage.NoEntryException;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.worker.turn.TurnEngine;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A conversation-worker in a process of its own. */
public final class Main {

  /** Turns share statements, so a few connections carry thousands of them. */
  private static final int POOL_SIZE = 10;

  private Main() {}

  /**
   * @param args none
   * @throws InterruptedException when interrupted before it has started
   */
  public static void main(String[] args) throws InterruptedException {
    if (args.length > 0) {
      System.err.println("a worker takes no arguments; everything is set by environment variables");
      System.exit(2);
    }
    try {
      ServiceMain.run("conversation-worker", wire(System.getenv(), Clock.systemUTC()));
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    } catch (NoEntryException e) {
      System.err.println("parley: " + e.getMessage());
      System.exit(1);
    }
  }

  /**
   * Everything that the process consists of, wired and not started.
   *
   * @throws ConfigException naming all that is wrong with the environment
   */
  public static Components wire(Map<String, String> environment, Clock clock) {
    Env env = new Env(environment);
    WorkerConfig config = WorkerConfig.from(env, environment);
    KafkaSettings kafka = KafkaSettings.from(env);
    TopicSetup topics = TopicSetup.from(env);
    Stores stores = stores(env, environment, clock);
    env.done();
    if (stores == null) {
      throw new IllegalStateException("a fault of the stores was noted and not told");
    }
    PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Component storage = Component.of("postgres", stores::start, stores::check, stores::close);
    WorkerService worker =
        new WorkerService(config, TurnEngine.Ports.of(stores), kafka, topics, metrics, clock);
    Components watched = new Components(List.of(storage, worker));
    HealthServer health =
        new HealthServer(config.httpHost(), config.httpPort(), watched::check, metrics);
    // Health can be asked while the others still wait for what they need.
    return new Components(List.of(health, storage, worker));
  }

  private static @Nullable Stores stores(Env env, Map<String, String> environment, Clock clock) {
    try {
      return new Stores(StoreConfig.fromEnv(environment, Scope.SERVICE, POOL_SIZE), null, clock);
    } catch (IllegalArgumentException e) {
      env.problem(String.valueOf(e.getMessage()));
      return null;
    }
  }
}
