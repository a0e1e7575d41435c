package dev.parley.worker.turn;

import dev.parley.schemas.JobError;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.Job;
import dev.parley.storage.TurnWriter.CommitResult;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.worker.engine.Step;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Has the end of a turn written, then published. Only then is a record done. */
final class TurnEnding {

  static final JobError SESSION_DELETED =
      new JobError("session_deleted", "the session was deleted before its turn");

  /** The cause of a retry that has to claim the job again. */
  static final String FENCED = "fenced";

  private static final Duration FENCED_RETRY = Duration.ofSeconds(2);

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
  Step write(MessageSubmitted submission, int attempt, TurnEnd end) throws InterruptedException {
    return switch (stores.commit(end)) {
      case CommitResult.Committed committed -> {
        end.usage().forEach(usageLog);
        publisher.publish(end.outcome(), end.usage());
        metrics.ended(end.outcome());
        yield new Step.Done();
      }
      case CommitResult.SessionGone gone -> {
        // The answer was paid for though nobody can have it any more.
        JobOutcome outcome = new JobOutcome.Failed(end.outcome().ended(), SESSION_DELETED);
        yield write(submission, attempt, new TurnEnd(outcome, attempt, 0, List.of(), end.usage()));
      }
      case CommitResult.Fenced(Job job) -> {
        metrics.fenced();
        // A later attempt is under way when the job has not ended. Whether whoever made it still
        // has
        // the record is not known here: the offset must not pass it before the job has ended, so
        // the
        // claim is made again after a while. Whoever lost the partition is cut off before that.
        yield job.status().isFinal()
            ? publishAgain(job, submission.sessionId())
            : new Step.RetryAfter(FENCED_RETRY, FENCED);
      }
    };
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
