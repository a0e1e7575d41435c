package dev.parley.localstack.commands;

import dev.parley.runtime.ServiceMain;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * The services as processes of their own, on what {@code infra} started or the environment names.
 */
final class ServiceCommand {

  static final String WHERE =
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
}
