package dev.parley.worker.turn;

import dev.parley.schemas.Decoded;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission;
import dev.parley.storage.JobStore.Claim;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.worker.engine.Route;
import dev.parley.worker.engine.Step;
import dev.parley.worker.engine.Turn;
import dev.parley.worker.engine.Workload;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What the engine is for: chat turns, and the compactions that take their turn among them. */
final class ChatWorkload implements Workload<Admission> {

  private static final Duration STORE_RETRY = Duration.ofMillis(500);

  /** In a rolling upgrade a newer worker takes the record over well before these are used up. */
  private static final Duration NEWER_RELEASE_RETRY = Duration.ofSeconds(10);

  private static final int NEWER_RELEASE_TRIES = 360;

  private final Admitter admitter;
  private final TurnRunner runner;
  private final CompactionRunner compactions;
  private final TurnEnding ending;

  ChatWorkload(
      Admitter admitter, TurnRunner runner, CompactionRunner compactions, TurnEnding ending) {
    this.admitter = admitter;
    this.runner = runner;
    this.compactions = compactions;
    this.ending = ending;
  }

  @Override
  public Route route(ConsumerRecord<byte[], byte[]> record) {
    SessionKey key = SubmissionRecords.keyOf(record);
    return key == null
        ? new Route.Poison("invalid_key", "the record's key is not tenant/session")
        : new Route.Lane(key.tenantId().value(), key.sessionId().value());
  }

  @Override
  public List<Admission> admit(List<ConsumerRecord<byte[], byte[]>> records) {
    return admitter.admit(records);
  }

  @Override
  public Step perform(ConsumerRecord<byte[], byte[]> record, Admission admission, Turn turn)
      throws InterruptedException {
    try {
      return switch (admission) {
        case Admission.Undecodable(String reason) -> new Step.DeadLetter("undecodable", reason);
        case Admission.FromNewerRelease(int version) ->
            turn.tries() < NEWER_RELEASE_TRIES
                ? new Step.RetryAfter(NEWER_RELEASE_RETRY, "newer_release")
                : new Step.DeadLetter("newer_release", "schema version " + version);
        case Admission.Ended(var job) ->
            release(record, ending.publishAgain(job, submission(record).sessionId()));
        case Admission.Claimed(int attempt, var history) ->
            history.fenced
                ? claimAndRun(record, history, turn)
                : run(record, attempt, history, turn);
        case Admission.Deferred(var history) -> claimAndRun(record, history, turn);
      };
    } catch (StoreUnavailableException e) {
      return new Step.RetryAfter(STORE_RETRY, "store_unavailable");
    }
  }

  private Step claimAndRun(
      ConsumerRecord<byte[], byte[]> record, Admission.CallHistory history, Turn turn)
      throws InterruptedException {
    Submission submission = submission(record);
    return switch (admitter.claimNow(submission)) {
      case Claim.AlreadyEnded(var job) ->
          release(record, ending.publishAgain(job, submission.sessionId()));
      case Claim.Claimed(int attempt) -> run(record, attempt, history, turn);
    };
  }

  private Step run(
      ConsumerRecord<byte[], byte[]> record, int attempt, Admission.CallHistory history, Turn turn)
      throws InterruptedException {
    Step step =
        switch (submission(record)) {
          case Submission.MessageSubmitted message -> runner.run(message, attempt, history, turn);
          case Submission.CompactionRequested compaction ->
              compactions.run(compaction, attempt, history, turn);
        };
    history.fenced =
        step instanceof Step.RetryAfter(var delay, String cause) && cause.equals(TurnEnding.FENCED);
    return release(record, step);
  }

  /** Lets go of a job that is done with; a parked one stays held. */
  private Step release(ConsumerRecord<byte[], byte[]> record, Step step) {
    if (step instanceof Step.Done) {
      admitter.release(submission(record).jobId());
    }
    return step;
  }

  private static Submission submission(ConsumerRecord<byte[], byte[]> record) {
    return switch (SubmissionRecords.decode(record)) {
      case Decoded.Value<Submission>(Submission submission) -> submission;
      case Decoded.Newer<Submission> newer ->
          throw new IllegalStateException("admitted as readable");
      case Decoded.Undecodable<Submission> undecodable ->
          throw new IllegalStateException("admitted as readable");
    };
  }
}
