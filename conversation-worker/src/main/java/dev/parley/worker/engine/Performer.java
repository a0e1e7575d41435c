package dev.parley.worker.engine;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one turn of a task: the workload, and the dead letter where it comes to that. Called on
 * virtual threads, without any lock.
 */
final class Performer<A> {

  private static final Logger log = LoggerFactory.getLogger(Performer.class);

  private final Workload<A> workload;
  private final DeadLetterSink deadLetters;
  private final int maxTries;
  private final Backoff backoff;
  private final Troubles troubles;

  Performer(
      Workload<A> workload,
      DeadLetterSink deadLetters,
      int maxTries,
      Backoff backoff,
      Troubles troubles) {
    this.workload = workload;
    this.deadLetters = deadLetters;
    this.maxTries = maxTries;
    this.backoff = backoff;
    this.troubles = troubles;
  }

  /**
   * @param door by which the turn leaves and comes back
   */
  Ending perform(Task<A> task, Supplier<Turn.Absence> door) {
    Step step = task.verdict != null ? task.verdict : attempt(task, door);
    return switch (step) {
      case Step.Done done -> new Ending.Finished(false);
      case Step.RetryAfter retry -> new Ending.Again(retry.delay());
      case Step.DeadLetter verdict -> bury(task, verdict);
    };
  }

  private Step attempt(Task<A> task, Supplier<Turn.Absence> door) {
    try {
      return workload.perform(
          task.record, Objects.requireNonNull(task.admission), new Attempt(task.tries++, door));
    } catch (Throwable e) {
      return failed(task, e);
    }
  }

  private record Attempt(int tries, Supplier<Turn.Absence> door) implements Turn {
    @Override
    public Turn.Absence leave() {
      return door.get();
    }
  }

  private Step failed(Task<A> task, Throwable e) {
    if (task.cutOff) {
      return new Step.RetryAfter(Duration.ZERO, "cut off");
    }
    task.failures++;
    String cause = e.getClass().getName();
    if (task.failures >= maxTries) {
      log.atError()
          .setMessage("giving up on a record")
          .addKeyValue("partition", task.record.partition())
          .addKeyValue("offset", task.record.offset())
          .addKeyValue("tries", task.tries)
          .setCause(e)
          .log();
      return new Step.DeadLetter("exhausted", cause);
    }
    return new Step.RetryAfter(backoff.after(task.failures), cause);
  }

  /** Writing the dead letter gives its permit up between tries as everything else does. */
  private Ending bury(Task<A> task, Step.DeadLetter verdict) {
    task.verdict = verdict;
    try {
      deadLetters.accept(task.record, verdict.reason(), verdict.detail());
      troubles.clear(Troubles.Part.DEAD_LETTERS);
      return new Ending.Finished(true);
    } catch (Throwable e) {
      if (task.cutOff) {
        return new Ending.Again(Duration.ZERO);
      }
      troubles.raise(Troubles.Part.DEAD_LETTERS, e);
      task.failures++;
      return new Ending.Again(backoff.after(task.failures));
    }
  }
}
