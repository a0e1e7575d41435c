package dev.parley.endtoend.chaos;

import dev.parley.testkit.guarantees.History;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The pipeline under blows, for as long as one likes. */
@Command(
    name = "chaos",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Kill and restart all that can be, under load, and check that nothing is lost, doubled,",
      "disordered or held up."
    })
public final class ChaosCommand implements Callable<Integer> {

  @Option(names = "--messages", description = "How many (default: ${DEFAULT-VALUE})")
  private int messages = 20_000;

  @Option(names = "--tenants", description = "One of them is loud (default: ${DEFAULT-VALUE})")
  private int tenants = 8;

  @Option(names = "--sessions", description = "About so many (default: ${DEFAULT-VALUE})")
  private int sessions = 250;

  @Option(names = "--partitions", description = "Of the topics (default: ${DEFAULT-VALUE})")
  private int partitions = 8;

  @Option(
      names = "--in-flight",
      description = "Turns at once of a worker: few make backlogs (default: ${DEFAULT-VALUE})")
  private int inFlight = 64;

  @Option(names = "--workers", description = "How many at once (default: ${DEFAULT-VALUE})")
  private int workers = 2;

  @Option(names = "--kills", description = "Workers killed with -9 (default: ${DEFAULT-VALUE})")
  private int kills = 5;

  @Option(
      names = "--rolling-restarts",
      description =
          "How often all workers are stopped and replaced in turn (default: ${DEFAULT-VALUE})")
  private int rollingRestarts = 1;

  @Option(
      names = "--visitors",
      description = "How often a worker more comes and leaves (default: ${DEFAULT-VALUE})")
  private int visitors = 1;

  @Option(names = "--kafka-restarts", description = "default: ${DEFAULT-VALUE}")
  private int kafkaRestarts = 1;

  @Option(names = "--postgres-restarts", description = "default: ${DEFAULT-VALUE}")
  private int postgresRestarts = 1;

  @Option(names = "--redis-restarts", description = "default: ${DEFAULT-VALUE}")
  private int redisRestarts = 1;

  @Option(
      names = "--whims",
      description =
          "Of a thousand messages so many are cancelled, expire, or have their session compacted,"
              + " forked or deleted behind them (default: ${DEFAULT-VALUE})")
  private int whims = 50;

  @Option(names = "--seed", description = "What chance is drawn from (default: ${DEFAULT-VALUE})")
  private long seed = 1;

  @Option(
      names = "--limit",
      description = "Seconds for all jobs to end, once all are sent (default: ${DEFAULT-VALUE})")
  private int limit = 1_800;

  @Option(
      names = "--settle",
      description = "Seconds for totals and outcomes to follow (default: ${DEFAULT-VALUE})")
  private int settle = 90;

  private ChaosCommand() {}

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new ChaosCommand()).setOverwrittenOptionsAllowed(true).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    ChaosPlan plan =
        ChaosPlan.make(
            messages,
            tenants,
            sessions,
            new ChaosPlan.Blows(
                workers,
                kills,
                rollingRestarts,
                visitors,
                Map.of(
                    Blow.Service.KAFKA, kafkaRestarts,
                    Blow.Service.POSTGRES, postgresRestarts,
                    Blow.Service.REDIS, redisRestarts)),
            seed);
    System.out.printf(
        "Chaos: %d messages of %d tenants to %d sessions, %d workers, %d blows, seed %d%n",
        plan.all(), tenants, plan.traffic().size(), workers, plan.blows().size(), seed);
    Path directory = Files.createTempDirectory("parley-chaos-");
    ChaosRun run =
        new ChaosRun(
            plan,
            new Moods(seed, whims),
            workers,
            Map.of(
                "WORKER_MAX_IN_FLIGHT", Integer.toString(inFlight),
                "TOPIC_PARTITIONS", Integer.toString(partitions)),
            new ChaosRun.Patience(Duration.ofSeconds(limit), Duration.ofSeconds(settle)),
            System.out);
    History history = run.run(directory);
    Verdict verdict = Verdict.of(history);
    System.out.print(verdict.text());
    return verdict.allKept() ? 0 : 1;
  }
}
