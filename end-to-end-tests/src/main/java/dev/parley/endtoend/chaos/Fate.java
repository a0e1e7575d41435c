package dev.parley.endtoend.chaos;

import dev.parley.endtoend.rig.Pipeline;
import dev.parley.endtoend.rig.Until;
import dev.parley.endtoend.rig.WorkerProcess;
import dev.parley.infra.EmbeddedInfrastructure;
import dev.parley.infra.InfrastructurePart;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Deals the blows when their time has come, and tells what it does. For one thread. */
final class Fate {

  private static final Duration LIMIT = Duration.ofMinutes(30);
  private static final Duration AWAY = Duration.ofSeconds(3);
  private static final Duration VISIT = Duration.ofSeconds(5);

  private final Pipeline pipeline;
  private final Workers workers;
  private final EmbeddedInfrastructure infrastructure;
  private final PrintStream out;
  private final long began = System.nanoTime();

  Fate(Pipeline pipeline, Workers workers, EmbeddedInfrastructure infrastructure, PrintStream out) {
    this.pipeline = pipeline;
    this.workers = workers;
    this.infrastructure = infrastructure;
    this.out = out;
  }

  void strike(Blow blow) throws InterruptedException {
    awaitEnded(blow.afterJobs());
    switch (blow) {
      case Blow.KillWorker(int after, int worker) ->
          tell(after, "kill -9 of " + workers.kill(worker));
      case Blow.RollingRestart(int after) -> {
        for (int place = 0; place < workers.count(); place++) {
          tell(after, "told to stop: " + workers.replace(place));
        }
      }
      case Blow.Visitor(int after) -> {
        try (WorkerProcess visitor = workers.visitor()) {
          Thread.sleep(VISIT);
          int code = visitor.stop();
          tell(after, visitor.name() + " came and left with exit code " + code);
        }
      }
      case Blow.Restart(int after, Blow.Service service) -> {
        InfrastructurePart part = part(service);
        part.stop();
        Thread.sleep(AWAY);
        part.start();
        tell(after, part.name() + " was away for " + AWAY.toSeconds() + " s");
      }
    }
  }

  private InfrastructurePart part(Blow.Service service) {
    return switch (service) {
      case KAFKA -> infrastructure.kafka();
      case POSTGRES -> infrastructure.postgres();
      case REDIS -> infrastructure.redis();
    };
  }

  void awaitEnded(int jobs) throws InterruptedException {
    Until.isTrue(LIMIT, jobs + " jobs have ended", () -> pipeline.ended() >= jobs);
  }

  private void tell(int afterJobs, String what) {
    tell("after " + afterJobs + " jobs: " + what);
  }

  void tell(String what) {
    out.printf(Locale.ROOT, "%6.1f s  %s%n", (System.nanoTime() - began) / 1e9, what);
  }
}
