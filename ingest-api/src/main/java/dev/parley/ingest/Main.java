package dev.parley.ingest;

import static java.util.Objects.requireNonNull;

import dev.parley.ingest.auth.ApiKeys;
import dev.parley.ingest.deadletters.DeadLetterCommand;
import dev.parley.ingest.deadletters.DeadLetterLog;
import dev.parley.ingest.deadletters.KafkaDeadLetters;
import dev.parley.ingest.deadletters.Redrive;
import dev.parley.ingest.reconciliation.KafkaPublishedUsage;
import dev.parley.ingest.reconciliation.ReconcileCommand;
import dev.parley.ingest.tenants.ProviderKeysCommand;
import dev.parley.runtime.Component;
import dev.parley.runtime.Components;
import dev.parley.runtime.ConfigException;
import dev.parley.runtime.ConnectTimeout;
import dev.parley.runtime.Env;
import dev.parley.runtime.GivenUpException;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.ServiceMain;
import dev.parley.runtime.TopicSetup;
import dev.parley.schemas.Identifiers;
import dev.parley.schemas.TenantId;
import dev.parley.storage.ApiKeyStore.ApiKey.Role;
import dev.parley.storage.NoEntryException;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.config.Stores;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.storage.secrets.MasterKeys;
import dev.parley.storage.secrets.ProviderKeyVault;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The HTTP API as a process of its own, and commands for those who run it. */
public final class Main {

  private static final int FAILED = 1;
  private static final int USAGE_ERROR = 2;
  private static final int POOL_SIZE = 10;
  private static final String COMMANDS = "keys, provider-keys, dead-letters and reconcile";

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
   * @param args none to serve; {@code keys create TENANT [admin]} to make a key; {@code
   *     provider-keys ...} for tenants' keys to model providers; {@code dead-letters ...} to look
   *     at dead letters and send them again; {@code reconcile ...} for {@link ReconcileCommand};
   *     commands wait for PostgreSQL no longer than {@link ConnectTimeout} says
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
      ConnectTimeout timeout = ConnectTimeout.takenFrom(List.of(args).subList(1, args.length));
      return command(args[0], timeout, env, variables, out, err);
    } catch (ConfigException e) {
      err.println(e.getMessage());
      return USAGE_ERROR;
    } catch (NoEntryException | GivenUpException | StoreUnavailableException e) {
      err.println("parley: " + e.getMessage());
      return FAILED;
    }
  }

  private static int command(
      String name,
      ConnectTimeout timeout,
      Env env,
      Map<String, String> variables,
      PrintStream out,
      PrintStream err)
      throws InterruptedException {
    return switch (name) {
      case "keys" -> createKey(env, variables, timeout, out, err);
      case "provider-keys" -> providerKeys(env, variables, timeout, out, err);
      case "dead-letters" -> deadLetters(env, variables, timeout, out, err);
      case "reconcile" -> reconcile(env, variables, timeout, out, err);
      default -> {
        err.println("there is no command " + name + "; there are " + COMMANDS);
        yield USAGE_ERROR;
      }
    };
  }

  /** Opens what commands need, or says in their words that it cannot be had. */
  private static void open(Stores stores, ConnectTimeout timeout) {
    try {
      stores.startDatabase(timeout.limit());
    } catch (StoreUnavailableException e) {
      throw timeout.givenUp(e);
    }
  }

  private static int deadLetters(
      Env env,
      Map<String, String> variables,
      ConnectTimeout timeout,
      PrintStream out,
      PrintStream err)
      throws InterruptedException {
    List<String> words = timeout.words();
    if (!DeadLetterCommand.understands(words)) {
      err.println("usage: " + DeadLetterCommand.USAGE);
      return USAGE_ERROR;
    }
    KafkaSettings kafka = KafkaSettings.from(env);
    Clock clock = Clock.systemUTC();
    try (Stores stores = stores(withoutRedis(variables), env, clock)) {
      open(stores, timeout);
      DeadLetterLog letters = new KafkaDeadLetters(kafka);
      Redrive redrive = new Redrive(letters, stores.redrives(), stores.jobs(), clock);
      return new DeadLetterCommand(letters, stores.redrives(), redrive, out, err).run(words);
    }
  }

  private static void serve(Env env, Map<String, String> variables) throws InterruptedException {
    Clock clock = Clock.systemUTC();
    IngestConfig config = IngestConfig.from(env);
    KafkaSettings kafka = KafkaSettings.from(env);
    TopicSetup topics = TopicSetup.from(env);
    Stores stores = stores(variables, env, clock);
    Component storage = Component.of("postgres", stores::start, stores::check, stores::close);
    PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    IngestService service =
        new IngestService(
            config, IngestPorts.of(stores), kafka, topics, List.of(storage), metrics, clock);
    ServiceMain.run("ingest-api", new Components(List.of(storage, service)));
  }

  private static int createKey(
      Env env,
      Map<String, String> variables,
      ConnectTimeout timeout,
      PrintStream out,
      PrintStream err) {
    List<String> words = timeout.words();
    boolean admin = words.size() == 3 && words.get(2).equals("admin");
    if (words.size() < 2 || !words.getFirst().equals("create") || (words.size() > 2 && !admin)) {
      err.println("usage: keys create TENANT [admin]");
      return USAGE_ERROR;
    }
    if (!Identifiers.isValid(words.get(1))) {
      err.println("the tenant must match [A-Za-z0-9][A-Za-z0-9._-]{0,127}");
      return USAGE_ERROR;
    }
    Clock clock = Clock.systemUTC();
    try (Stores stores = stores(withoutRedis(variables), env, clock)) {
      open(stores, timeout);
      ApiKeys.Minted minted =
          new ApiKeys(stores.apiKeys(), clock)
              .mint(new TenantId(words.get(1)), admin ? Role.ADMIN : Role.TENANT, "keys create");
      out.println(minted.key());
    }
    return 0;
  }

  private static int providerKeys(
      Env env,
      Map<String, String> variables,
      ConnectTimeout timeout,
      PrintStream out,
      PrintStream err) {
    List<String> words = timeout.words();
    if (!ProviderKeysCommand.understands(words)) {
      err.println(ProviderKeysCommand.USAGE);
      return USAGE_ERROR;
    }
    Clock clock = Clock.systemUTC();
    MasterKeys masterKeys = IngestConfig.masterKeys(env);
    try (Stores stores = stores(withoutRedis(variables), env, clock)) {
      open(stores, timeout);
      return new ProviderKeysCommand(
              new ProviderKeyVault(stores.providerKeys(), masterKeys, clock),
              new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
              out,
              err)
          .run(words);
    }
  }

  private static int reconcile(
      Env env,
      Map<String, String> variables,
      ConnectTimeout timeout,
      PrintStream out,
      PrintStream err)
      throws InterruptedException {
    Clock clock = Clock.systemUTC();
    if (!ReconcileCommand.understands(timeout.words(), clock, err)) {
      return USAGE_ERROR;
    }
    KafkaSettings kafka = KafkaSettings.from(env);
    try (Stores stores = stores(withoutRedis(variables), env, clock)) {
      open(stores, timeout);
      return new ReconcileCommand(
              stores.audit(), stores.usage(), new KafkaPublishedUsage(kafka), clock, out, err)
          .run(timeout.words());
    } catch (NoEntryException | GivenUpException e) {
      // 1 would say that usage does not add up
      err.println("parley: " + e.getMessage());
      return ReconcileCommand.UNAVAILABLE;
    }
  }

  /** Commands read and write what is in PostgreSQL, wherever sessions are kept. */
  private static Map<String, String> withoutRedis(Map<String, String> variables) {
    Map<String, String> postgresOnly = new HashMap<>(variables);
    postgresOnly.remove("SESSION_STORE");
    postgresOnly.remove("REDIS_URL");
    return postgresOnly;
  }

  /**
   * The stores, each call of which sees the rows of the tenant that it is for and no others. Ends
   * the reading of {@code env}.
   */
  static Stores stores(Map<String, String> variables, Env env, Clock clock) {
    StoreConfig config = null;
    try {
      config = StoreConfig.fromEnv(variables, Scope.TENANT, POOL_SIZE);
    } catch (IllegalArgumentException e) {
      env.problem(String.valueOf(e.getMessage()));
    }
    env.done();
    return new Stores(requireNonNull(config, "a fault was noted"), null, clock);
  }
}
