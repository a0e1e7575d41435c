package dev.parley.localstack.commands;

import dev.parley.runtime.ServiceMain;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The services as processes of their own, on what {@code infra} started or the environment names.
 */
final class ServiceCommand {

  private static final String WHERE =
      "Finds what ./parley infra started; DATABASE_URL, REDIS_URL and KAFKA_BOOTSTRAP_SERVERS name"
          + " something else. All settings are environment variables: docs/configuration.md.";

  private ServiceCommand() {}

  private static Map<String, String> environment() {
    // A service's log is what its user wants to see.
    if (System.getenv("LOG_LEVEL") == null) {
      System.setProperty("LOG_LEVEL", "info");
    }
    return LocalDefaults.over(System.getenv());
  }

  /** The HTTP API. */
  @Command(
      name = "ingest-api",
      description = "Run the HTTP API.",
      footer = {"", WHERE})
  static final class IngestApi implements Callable<Integer> {
    @Override
    public Integer call() throws InterruptedException {
      return dev.parley.ingest.Main.run(new String[0], environment(), System.out, System.err);
    }
  }

  /** A worker. */
  @Command(
      name = "worker",
      description = "Run a conversation worker. Start as many as you like; they share the load.",
      footer = {"", WHERE})
  static final class Worker implements Callable<Integer> {
    @Override
    public Integer call() throws InterruptedException {
      ServiceMain.run(
          "conversation-worker", dev.parley.worker.Main.wire(environment(), Clock.systemUTC()));
      return 0;
    }
  }

  /** The aggregator. */
  @Command(
      name = "aggregator",
      description = "Run the usage aggregator: totals, and CSV files by tenant and day.",
      footer = {"", WHERE})
  static final class Aggregator implements Callable<Integer> {
    @Override
    public Integer call() throws InterruptedException {
      ServiceMain.run(
          "usage-aggregator", dev.parley.usage.Main.wire(environment(), Clock.systemUTC()));
      return 0;
    }
  }

  /** Batch exports. */
  @Command(
      name = "export",
      description = "Write the usage of a range of UTC days as CSV files, the current day too.",
      footer = {"", WHERE})
  static final class Export implements Callable<Integer> {
    @Parameters(
        arity = "1..3",
        paramLabel = "FROM [TO] [TENANT]",
        description = "Days as yyyy-MM-dd, both included.")
    private List<String> range = new ArrayList<>();

    @Option(
        names = "--format",
        paramLabel = "FORMATS",
        description = "csv, focus or csv,focus; EXPORT_FORMATS, which is csv, when left out.")
    private @Nullable String formats;

    @Override
    public Integer call() {
      List<String> args = new ArrayList<>();
      if (formats != null) {
        args.addAll(List.of("--format", formats));
      }
      args.addAll(range);
      return dev.parley.usage.ExportCommand.run(
          environment(), args, Clock.systemUTC(), System.out, System.err);
    }
  }

  /** Tenants' keys to model providers. */
  @Command(
      name = "provider-keys",
      description = {
        "Keep tenants' own keys to model providers, sealed with PROVIDER_KEYS_SECRET.",
        "set reads the key from standard input; rotate seals all with the newest master key."
      },
      footer = {"", WHERE})
  static final class ProviderKeys implements Callable<Integer> {
    @Parameters(
        arity = "1..3",
        paramLabel = "list [TENANT] | set TENANT PROVIDER | delete TENANT PROVIDER | rotate")
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws InterruptedException {
      List<String> args = new ArrayList<>(List.of("provider-keys"));
      args.addAll(words);
      return dev.parley.ingest.Main.run(
          args.toArray(String[]::new), environment(), System.out, System.err);
    }
  }

  /** Dead letters. */
  @Command(
      name = "dead-letters",
      description = {
        "Look at what could not be handled, and send it again: list, show ID [value],",
        "redrive ID [ID ...]. A letter is a line of JSON; value shows what the record says."
      },
      footer = {"", WHERE})
  static final class DeadLetters implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "list|show|redrive [ID]")
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws InterruptedException {
      List<String> args = new ArrayList<>(List.of("dead-letters"));
      args.addAll(words);
      return dev.parley.ingest.Main.run(
          args.toArray(String[]::new), environment(), System.out, System.err);
    }
  }

  /** Past usage at corrected prices. */
  @Command(
      name = "reprice",
      description =
          "Tell what past usage costs by another price book, and with --apply correct it.",
      footer = {"", WHERE})
  static final class Reprice implements Callable<Integer> {
    @Option(names = "--since", required = true, paramLabel = "TIME", description = "From, UTC.")
    private String since = "";

    @Option(names = "--until", required = true, paramLabel = "TIME", description = "To, exclusive.")
    private String until = "";

    @Option(names = "--prices", required = true, paramLabel = "FILE", description = "Price book.")
    private String prices = "";

    @Option(names = "--tenant", paramLabel = "TENANT", description = "Only this one.")
    private @Nullable String tenant;

    @Option(names = "--apply", description = "Write the corrections.")
    private boolean apply;

    @Override
    public Integer call() throws InterruptedException {
      List<String> args =
          new ArrayList<>(List.of("--since", since, "--until", until, "--prices", prices));
      if (tenant != null) {
        args.addAll(List.of("--tenant", tenant));
      }
      if (apply) {
        args.add("--apply");
      }
      return dev.parley.usage.Main.reprice(environment(), args, System.out, System.err);
    }
  }

  /** The proof that usage adds up. */
  @Command(
      name = "reconcile",
      description = {
        "Tell whether usage adds up: what was read, the totals and the ledger, hour by hour.",
        "Exit code 0: balanced, 1: not balanced, 3: PostgreSQL is away."
      },
      footer = {"", WHERE})
  static final class Reconcile implements Callable<Integer> {
    @Option(
        names = "--since",
        paramLabel = "TIME",
        description = "As 2026-01-31T12:00:00Z or 2026-01-31; the last 24 hours without it.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Exclusive; now without it.")
    private @Nullable String until;

    @Option(names = "--tenant", paramLabel = "TENANT", description = "One tenant only.")
    private @Nullable String tenant;

    @Option(
        names = "--wait",
        paramLabel = "SECONDS",
        description = "How long differences must stay to be told; 10.")
    private @Nullable String patience;

    @Override
    public Integer call() throws InterruptedException {
      List<String> args = new ArrayList<>(List.of("reconcile"));
      add(args, "--since", since);
      add(args, "--until", until);
      add(args, "--tenant", tenant);
      add(args, "--wait", patience);
      return dev.parley.ingest.Main.run(
          args.toArray(String[]::new), environment(), System.out, System.err);
    }

    private static void add(List<String> args, String name, @Nullable String value) {
      if (value != null) {
        args.add(name);
        args.add(value);
      }
    }
  }

  /** API keys. */
  @Command(
      name = "keys",
      description = "Make an API key: keys create TENANT [admin]. It is shown once.",
      footer = {"", WHERE})
  static final class Keys implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "create TENANT [admin]")
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws InterruptedException {
      List<String> args = new ArrayList<>(List.of("keys"));
      args.addAll(words);
      return dev.parley.ingest.Main.run(
          args.toArray(String[]::new), environment(), System.out, System.err);
    }
  }
}
