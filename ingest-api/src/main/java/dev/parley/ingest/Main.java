package dev.parley.ingest;

import dev.parley.ingest.auth.ApiKeys;
import dev.parley.runtime.Components;
import dev.parley.runtime.ConfigException;
import dev.parley.runtime.Env;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.ServiceMain;
import dev.parley.runtime.TopicSetup;
import dev.parley.schemas.Identifiers;
import dev.parley.schemas.TenantId;
import dev.parley.storage.ApiKeyStore.ApiKey.Role;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.PrintStream;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The HTTP API as a process of its own, and {@code keys create} to make a first key for it. */
public final class Main {

  private static final int USAGE_ERROR = 2;

  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    int exit = run(args, System.getenv(), System.out, System.err);
    if (exit != 0) {
      System.exit(exit);
    }
  }

  /**
   * Does what the arguments say and returns the exit code.
   *
   * @param args none to serve; {@code keys create TENANT [admin]} to make a key
   * @throws InterruptedException when interrupted before the service has started
   */
  public static int run(
      String[] args, Map<String, String> variables, PrintStream out, PrintStream err)
      throws InterruptedException {
    Env env = new Env(variables);
    try {
      if (args.length == 0) {
        serve(env, variables);
        return 0;
      }
      if (args.length >= 3 && args[0].equals("keys") && args[1].equals("create")) {
        return createKey(env, variables, args, out, err);
      }
    } catch (ConfigException e) {
      err.println(e.getMessage());
      return USAGE_ERROR;
    }
    err.println("usage: ingest-api [keys create <tenant> [admin]]");
    return USAGE_ERROR;
  }

  private static void serve(Env env, Map<String, String> variables) throws InterruptedException {
    Clock clock = Clock.systemUTC();
    IngestConfig config = IngestConfig.from(env);
    KafkaSettings kafka = KafkaSettings.from(env);
    TopicSetup topics = TopicSetup.from(env);
    IngestStores stores = IngestStores.from(variables, env, clock);
    env.done();
    IngestStores open = requireUsable(stores);
    PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    IngestService service =
        new IngestService(config, open.ports(), kafka, topics, List.of(open), metrics, clock);
    ServiceMain.run("ingest-api", new Components(List.of(open, service)));
  }

  private static int createKey(
      Env env, Map<String, String> variables, String[] args, PrintStream out, PrintStream err) {
    boolean admin = args.length == 4 && args[3].equals("admin");
    if (!Identifiers.isValid(args[2]) || (args.length > 3 && !admin)) {
      err.println("usage: ingest-api keys create <tenant> [admin]");
      return USAGE_ERROR;
    }
    Clock clock = Clock.systemUTC();
    IngestStores stores = IngestStores.from(variables, env, clock);
    env.done();
    try (IngestStores open = requireUsable(stores)) {
      open.start();
      ApiKeys.Minted minted =
          new ApiKeys(open.ports().apiKeys(), clock)
              .mint(new TenantId(args[2]), admin ? Role.ADMIN : Role.TENANT, "keys create");
      out.println(minted.key());
    }
    return 0;
  }

  private static IngestStores requireUsable(@Nullable IngestStores stores) {
    if (stores == null) {
      throw new IllegalStateException("a problem with the stores was noted and not told");
    }
    return stores;
  }
}
