package dev.parley.endtoend.chaos;

import dev.parley.endtoend.rig.Pipeline;
import dev.parley.endtoend.rig.WorkerProcess;
import java.util.ArrayList;
import java.util.List;

/** The workers that run at present, each in a place of its own. For one thread. */
final class Workers {

  private final Pipeline pipeline;
  private final List<WorkerProcess> running = new ArrayList<>();

  private Workers(Pipeline pipeline) {
    this.pipeline = pipeline;
  }

  /** Starts so many, and waits until all have partitions to read. */
  static Workers start(Pipeline pipeline, int count) throws InterruptedException {
    Workers workers = new Workers(pipeline);
    for (int i = 0; i < count; i++) {
      workers.running.add(pipeline.launchWorker());
    }
    for (WorkerProcess worker : workers.running) {
      worker.awaitReady();
    }
    pipeline.awaitBusyWorkers(count);
    return workers;
  }

  int count() {
    return running.size();
  }

  /** Kills the one in that place and starts another. */
  String kill(int place) throws InterruptedException {
    WorkerProcess victim = running.get(place);
    victim.kill();
    return replaced(place, victim);
  }

  /** Tells the one in that place to stop, waits until it has, and starts another. */
  String replace(int place) throws InterruptedException {
    WorkerProcess leaving = running.get(place);
    leaving.stop();
    String told = replaced(place, leaving);
    running.get(place).awaitReady();
    return told;
  }

  private String replaced(int place, WorkerProcess before) {
    WorkerProcess next = pipeline.launchWorker();
    running.set(place, next);
    return before.name() + ", followed by " + next.name();
  }

  /** One more, not among those in places. */
  WorkerProcess visitor() throws InterruptedException {
    return pipeline.workerProcess();
  }
}
