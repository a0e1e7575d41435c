package dev.parley.localstack.commands;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * What those who run the services do beside them; each ends by itself, also when a store is away.
 */
final class AdminCommand {

  private AdminCommand() {}

  /** Batch exports. */
  @Command(
      name = "export",
      description = "Write the usage of a range of UTC days as CSV files, the current day too.",
      footer = {"", ServiceCommand.WHERE})
  static final class Export implements Callable<Integer> {
    @Mixin private final ConnectOption connect = new ConnectOption();

    @Parameters(
        arity = "1..3",
        hideParamSyntax = true,
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
      connect.addTo(args);
      return dev.parley.usage.ExportCommand.run(
          LocalDefaults.over(System.getenv()), args, Clock.systemUTC(), System.out, System.err);
    }
  }

  /** Tenants' keys to model providers. */
  @Command(
      name = "provider-keys",
      description = {
        "Keep tenants' own keys to model providers, sealed with PROVIDER_KEYS_SECRET.",
        "set reads the key from standard input; rotate seals all with the newest master key."
      },
      footer = {"", ServiceCommand.WHERE})
  static final class ProviderKeys implements Callable<Integer> {
    @Mixin private final ConnectOption connect = new ConnectOption();

    @Parameters(
        arity = "1..3",
        hideParamSyntax = true,
        paramLabel = "list [TENANT] | set TENANT PROVIDER | delete TENANT PROVIDER | rotate")
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws InterruptedException {
      List<String> args = new ArrayList<>(List.of("provider-keys"));
      args.addAll(words);
      connect.addTo(args);
      return dev.parley.ingest.Main.run(
          args.toArray(String[]::new), LocalDefaults.over(System.getenv()), System.out, System.err);
    }
  }

  /** Dead letters. */
  @Command(
      name = "dead-letters",
      description = {
        "Look at what could not be handled, and send it again: list, show ID [value],",
        "redrive ID [ID ...]. A letter is a line of JSON; value shows what the record says."
      },
      footer = {"", ServiceCommand.WHERE})
  static final class DeadLetters implements Callable<Integer> {
    @Mixin private final ConnectOption connect = new ConnectOption();

    @Parameters(
        arity = "1..*",
        hideParamSyntax = true,
        paramLabel = "list | show ID [value] | redrive ID ...")
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws InterruptedException {
      List<String> args = new ArrayList<>(List.of("dead-letters"));
      args.addAll(words);
      connect.addTo(args);
      return dev.parley.ingest.Main.run(
          args.toArray(String[]::new), LocalDefaults.over(System.getenv()), System.out, System.err);
    }
  }

  /** Past usage at corrected prices. */
  @Command(
      name = "reprice",
      description =
          "Tell what past usage costs by another price book, and with --apply correct it.",
      footer = {"", ServiceCommand.WHERE})
  static final class Reprice implements Callable<Integer> {
    @Mixin private final ConnectOption connect = new ConnectOption();

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
      connect.addTo(args);
      return dev.parley.usage.Main.reprice(
          LocalDefaults.over(System.getenv()), args, System.out, System.err);
    }
  }

  /** The proof that usage adds up. */
  @Command(
      name = "reconcile",
      description = {
        "Tell whether usage adds up: what was read, the totals and the ledger, hour by hour.",
        "Exit code 0: balanced, 1: not balanced, 2: wrong usage, 3: PostgreSQL is away."
      },
      footer = {"", ServiceCommand.WHERE})
  static final class Reconcile implements Callable<Integer> {
    @Mixin private final ConnectOption connect = new ConnectOption();

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
      connect.addTo(args);
      return dev.parley.ingest.Main.run(
          args.toArray(String[]::new), LocalDefaults.over(System.getenv()), System.out, System.err);
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
      footer = {"", ServiceCommand.WHERE})
  static final class Keys implements Callable<Integer> {
    @Mixin private final ConnectOption connect = new ConnectOption();

    @Parameters(arity = "1..*", hideParamSyntax = true, paramLabel = "create TENANT [admin]")
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws InterruptedException {
      List<String> args = new ArrayList<>(List.of("keys"));
      args.addAll(words);
      connect.addTo(args);
      return dev.parley.ingest.Main.run(
          args.toArray(String[]::new), LocalDefaults.over(System.getenv()), System.out, System.err);
    }
  }
}
