package dev.parley.usage;

import dev.parley.runtime.Component;
import dev.parley.runtime.Components;
import dev.parley.runtime.ConfigException;
import dev.parley.runtime.Env;
import dev.parley.runtime.HealthServer;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.ServiceMain;
import dev.parley.runtime.TopicSetup;
import dev.parley.storage.NoEntryException;
import dev.parley.storage.config.Stores;
import dev.parley.usage.reprice.RepriceCommand;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.PrintStream;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A usage-aggregator in a process of its own. */
public final class Main {

  private Main() {}

  /**
   * @param args none to run the service, {@code export ...} for {@link ExportCommand}, {@code
   *     reprice ...} for {@link RepriceCommand}
   * @throws InterruptedException when interrupted before it has started
   */
  public static void main(String[] args) throws InterruptedException {
    try {
      if (args.length > 0 && args[0].equals("export")) {
        List<String> rest = Arrays.asList(args).subList(1, args.length);
        System.exit(
            ExportCommand.run(System.getenv(), rest, Clock.systemUTC(), System.out, System.err));
      }
      if (args.length > 0 && args[0].equals("reprice")) {
        List<String> rest = Arrays.asList(args).subList(1, args.length);
        System.exit(reprice(System.getenv(), rest, System.out, System.err));
      }
      if (args.length > 0) {
        System.err.println("there is no command " + args[0] + "; there are export and reprice");
        System.exit(2);
      }
      ServiceMain.run("usage-aggregator", wire(System.getenv(), Clock.systemUTC()));
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    } catch (NoEntryException e) {
      System.err.println("parley: " + e.getMessage());
      System.exit(1);
    }
  }

  /** {@link RepriceCommand} on the stores of the environment. */
  public static int reprice(
      Map<String, String> environment, List<String> args, PrintStream out, PrintStream err)
      throws InterruptedException {
    return RepriceCommand.run(
        environment,
        args,
        env -> AggregatorStores.open(env, environment, Clock.systemUTC()),
        out,
        err);
  }

  /**
   * Everything that the process consists of, wired and not started.
   *
   * @throws ConfigException naming all that is wrong with the environment
   */
  public static Components wire(Map<String, String> environment, Clock clock) {
    Env env = new Env(environment);
    AggregatorConfig config = AggregatorConfig.from(env);
    KafkaSettings kafka = KafkaSettings.from(env);
    TopicSetup topics = TopicSetup.from(env);
    Stores stores = AggregatorStores.open(env, environment, clock);
    PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Component storage = Component.of("postgres", stores::start, stores::check, stores::close);
    AggregatorService aggregator =
        new AggregatorService(
            config,
            stores.usage(),
            stores.exports(),
            stores.audit(),
            kafka,
            topics,
            metrics,
            clock);
    Components watched = new Components(List.of(storage, aggregator));
    HealthServer health =
        new HealthServer(config.httpHost(), config.httpPort(), watched::check, metrics);
    // Health can be asked while the others still wait for what they need.
    return new Components(List.of(health, storage, aggregator));
  }
}
