package dev.parley.endtoend.chaos;

import dev.parley.endtoend.rig.ApiClient;
import dev.parley.endtoend.rig.Load;
import dev.parley.endtoend.rig.Pipeline;
import dev.parley.endtoend.rig.Services;
import dev.parley.endtoend.rig.Until;
import dev.parley.endtoend.rig.WorkerProcess;
import dev.parley.infra.EmbeddedInfrastructure;
import dev.parley.infra.InfrastructureSettings;
import dev.parley.testkit.guarantees.Guarantee;
import dev.parley.testkit.guarantees.Guarantees;
import dev.parley.testkit.guarantees.History;
import dev.parley.testkit.guarantees.History.Accepted;
import dev.parley.testkit.guarantees.Violation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The pipeline on embedded services, with workers that are killed again and again. */
@Command(
    name = "chaos",
    mixinStandardHelpOptions = true,
    description = "Kill workers under load, and check that nothing is lost, doubled or disordered.")
public final class ChaosRun implements Callable<Integer> {

  private static final Duration LIMIT = Duration.ofMinutes(30);

  @Option(names = "--messages", description = "How many (default: ${DEFAULT-VALUE})")
  private int messages = 20_000;

  @Option(names = "--kills", description = "How often kill -9 (default: ${DEFAULT-VALUE})")
  private int kills = 5;

  @Option(names = "--workers", description = "How many at once (default: ${DEFAULT-VALUE})")
  private int workers = 2;

  @Option(names = "--seed", description = "What chance is drawn from (default: ${DEFAULT-VALUE})")
  private long seed = 1;

  @Option(
      names = "--latency",
      description = "Of the simulated provider, until the first token (default: ${DEFAULT-VALUE})")
  private String latency = "10ms..200ms";

  private ChaosRun() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new ChaosRun()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    ChaosPlan plan = ChaosPlan.make(messages, kills, workers, seed);
    System.out.printf(
        "Chaos: %d messages to %d sessions, %d workers, %d kills, seed %d%n",
        plan.all(), plan.sessions(), workers, kills, seed);
    Path directory = Files.createTempDirectory("parley-chaos-");
    try (EmbeddedInfrastructure infrastructure =
        new EmbeddedInfrastructure(InfrastructureSettings.throwaway())) {
      infrastructure.start();
      Services services =
          new Services(
              infrastructure.kafkaBootstrapServers(),
              infrastructure.databaseUrl(),
              infrastructure.redisUrl());
      try (Pipeline pipeline = Pipeline.start(services, directory);
          Load load = Load.withoutKeys()) {
        return run(plan, pipeline, load);
      }
    }
  }

  private int run(ChaosPlan plan, Pipeline pipeline, Load load) throws Exception {
    List<WorkerProcess> running = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      running.add(pipeline.launchWorker());
    }
    for (WorkerProcess worker : running) {
      worker.awaitReady();
    }
    pipeline.awaitBusyWorkers(workers);

    ApiClient client = pipeline.client("chaos");
    long began = System.nanoTime();
    load.start(client, Load.sessions("s", plan.sessions()), plan.messages(), "latency=" + latency);
    for (ChaosPlan.Kill kill : plan.kills()) {
      Until.isTrue(
          LIMIT,
          kill.afterJobs() + " jobs have ended",
          () -> pipeline.ended(client) >= kill.afterJobs());
      WorkerProcess victim = running.get(kill.worker());
      victim.kill();
      running.set(kill.worker(), pipeline.launchWorker());
      System.out.printf(
          "%6.1f s  %s killed after %d jobs, %s started%n",
          seconds(began), victim.name(), pipeline.ended(client), running.get(kill.worker()).name());
    }
    List<Accepted> accepted = load.finish();
    System.out.printf("%6.1f s  all %d accepted%n", seconds(began), accepted.size());
    Until.isTrue(LIMIT, "all jobs have ended", () -> pipeline.ended(client) >= accepted.size());
    System.out.printf("%6.1f s  all have ended%n", seconds(began));
    return report(pipeline.settled(accepted));
  }

  private static int report(History history) {
    List<Violation> violations = Guarantees.violations(history);
    System.out.println(history.summary());
    for (Guarantee guarantee : Guarantee.values()) {
      System.out.printf(
          "  %-24s %s%n",
          guarantee,
          violations.stream()
              .filter(violation -> violation.guarantee() == guarantee)
              .findFirst()
              .map(violation -> "VIOLATED: " + violation.report())
              .orElse("kept"));
    }
    return violations.isEmpty() ? 0 : 1;
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }
}
