package dev.parley.worker.turn;

import dev.parley.schemas.JobError;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.Job;
import dev.parley.storage.RefusedException;
import dev.parley.storage.TurnWriter.CommitResult;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.worker.engine.Step;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the end of a turn written, then published. Only then is a record done. */
final class TurnEnding {

  static final JobError SESSION_DELETED =
      new JobError("session_deleted", "the session was deleted before its turn");

  static final JobError UNSTORABLE =
      new JobError("unstorable_response", "the answer cannot be stored");

  /** The cause of a retry that has to claim the job again. */
  static final String FENCED = "fenced";

  private static final Logger log = LoggerFactory.getLogger(TurnEnding.class);

  private static final Duration FENCED_RETRY = Duration.ofSeconds(2);

  private static final Duration CHANGED_RETRY = Duration.ofMillis(100);

  private final TurnStores stores;
  private final Publisher publisher;
  private final Consumer<UsageEvent> usageLog;
  private final TurnMetrics metrics;

  TurnEnding(
      TurnStores stores, Publisher publisher, Consumer<UsageEvent> usageLog, TurnMetrics metrics) {
    this.stores = stores;
    this.publisher = publisher;
    this.usageLog = usageLog;
    this.metrics = metrics;
  }

  /**
   * Returns when the end is durable and acknowledged.
   *
   * @throws InterruptedException when the engine wants the turn to stop; the record comes again
   *     then
   */
  Step write(TurnEnd end) throws InterruptedException {
    CommitResult result;
    try {
      result = stores.commit(end);
    } catch (RefusedException e) {
      return write(withoutRefused(end, e));
    }
    return switch (result) {
      case CommitResult.Committed committed -> {
        end.usage().forEach(usageLog);
        publisher.publish(end.outcome(), end.usage());
        metrics.ended(end.outcome());
        yield new Step.Done();
      }
      case CommitResult.SessionGone gone -> {
        // The answer was paid for though nobody can have it any more.
        JobOutcome outcome = new JobOutcome.Failed(end.outcome().ended(), SESSION_DELETED);
        yield write(new TurnEnd(outcome, end.attempt(), 0, List.of(), end.usage()));
      }
      case CommitResult.SessionChanged changed ->
          new Step.RetryAfter(CHANGED_RETRY, "session_changed");
      case CommitResult.Fenced(Job job) -> {
        metrics.fenced();
        // A later attempt is under way when the job has not ended. Whether whoever made it still
        // has the record is not known here: the offset must not pass it before the job has ended,
        // so the claim is made again after a while. Whoever lost the partition is cut off before.
        yield job.status().isFinal()
            ? publishAgain(job, end.outcome().ended().sessionId())
            : new Step.RetryAfter(FENCED_RETRY, FENCED);
      }
    };
  }

  /**
   * What is left of an end that the store will not hold. Calling the provider again would be paid
   * for again and might well be refused again, so the job ends as failed, with its bill if that can
   * be held.
   */
  private static TurnEnd withoutRefused(TurnEnd end, RefusedException e) {
    JobOutcome.Ended ended = end.outcome().ended();
    JobOutcome outcome = new JobOutcome.Failed(ended, UNSTORABLE);
    boolean refusedBefore = end.outcome().equals(outcome);
    if (refusedBefore && end.usage().isEmpty()) {
      throw e;
    }
    log.atError()
        .setMessage("the store refuses how a turn ended")
        .addKeyValue("job", ended.jobId())
        .addKeyValue("cause", e.getMessage())
        .addKeyValue("usageRowsLost", refusedBefore ? end.usage().size() : 0)
        .log();
    return new TurnEnd(
        outcome, end.attempt(), 0, List.of(), refusedBefore ? List.of() : end.usage());
  }

  /**
   * Writes and publishes what calls cost whose turn goes on.
   *
   * @throws InterruptedException when the engine wants the turn to stop
   */
  void record(List<UsageEvent> usage) throws InterruptedException {
    try {
      stores.record(usage);
    } catch (RefusedException e) {
      log.atError()
          .setMessage("the store refuses what calls cost")
          .addKeyValue("job", usage.getFirst().jobId())
          .addKeyValue("usageRowsLost", usage.size())
          .log();
      return;
    }
    usage.forEach(usageLog);
    publisher.publish(usage);
  }

  /** Publishes the end of a job that the store holds already, under the same ids. */
  Step publishAgain(Job job, SessionId sessionId) throws InterruptedException {
    JobOutcome outcome = Outcomes.of(job, sessionId);
    if (outcome != null) {
      publisher.publish(outcome, stores.usageOf(job.id()));
    }
    return new Step.Done();
  }
}
