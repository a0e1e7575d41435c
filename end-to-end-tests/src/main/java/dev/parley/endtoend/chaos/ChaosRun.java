package dev.parley.endtoend.chaos;

import dev.parley.endtoend.rig.Load;
import dev.parley.endtoend.rig.Pipeline;
import dev.parley.endtoend.rig.Services;
import dev.parley.infra.EmbeddedInfrastructure;
import dev.parley.infra.InfrastructureSettings;
import dev.parley.testkit.guarantees.History;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The pipeline on embedded services under a plan's traffic and blows, and what it left behind. One
 * run at a time; for one thread.
 */
final class ChaosRun {

  /** Enough for others to come to the same keys, too little to wait for. */
  private static final Duration PACE = Duration.ofMillis(30);

  private final ChaosPlan plan;
  private final Moods moods;
  private final int workers;
  private final Map<String, String> settings;
  private final Patience patience;
  private final PrintStream out;

  /**
   * @param settings of the services
   */
  ChaosRun(
      ChaosPlan plan,
      Moods moods,
      int workers,
      Map<String, String> settings,
      Patience patience,
      PrintStream out) {
    this.plan = plan;
    this.moods = moods;
    this.workers = workers;
    this.settings = Map.copyOf(settings);
    this.patience = patience;
    this.out = out;
  }

  /**
   * How long to wait for what may never come.
   *
   * @param ends for all jobs to end, once all are sent
   * @param settling for totals and outcomes to follow
   */
  record Patience(Duration ends, Duration settling) {}

  /**
   * @param directory for what processes write
   * @throws AssertionError when a blow cannot be dealt, or a client is refused
   */
  History run(Path directory) throws Exception {
    try (EmbeddedInfrastructure infrastructure =
        new EmbeddedInfrastructure(InfrastructureSettings.throwaway())) {
      infrastructure.start();
      Services services =
          new Services(
              infrastructure.kafkaBootstrapServers(),
              infrastructure.databaseUrl(),
              infrastructure.redisUrl());
      try (Pipeline pipeline = Pipeline.start(services, directory, settings);
          Load load = Load.withKeys()) {
        Workers running = Workers.start(pipeline, workers);
        return run(pipeline, load, new Fate(pipeline, running, infrastructure, out));
      }
    }
  }

  private History run(Pipeline pipeline, Load load, Fate fate) throws Exception {
    for (ChaosPlan.Traffic traffic : plan.traffic()) {
      load.start(
          pipeline.client("tenant-" + traffic.tenant()),
          traffic.session(),
          traffic.messages(),
          message -> moods.directives(traffic.session(), message),
          message -> moods.whim(traffic.session(), message),
          traffic.paced() ? PACE : Duration.ZERO);
    }
    for (Blow blow : plan.blows()) {
      fate.strike(blow);
    }
    List<History.Accepted> accepted = load.finish();
    fate.tell("all %d accepted, %d answers of 503".formatted(accepted.size(), load.unavailable()));
    fate.tell("what clients did besides: " + load.whims());
    long ended = pipeline.awaitEnded(patience.ends(), accepted.size());
    fate.tell(ended + " have ended");
    return pipeline.settled(accepted, patience.settling());
  }
}
