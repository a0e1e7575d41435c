package dev.parley.ingest.deadletters;

import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.storage.JobStore;
import dev.parley.storage.RedriveStore;
import dev.parley.storage.RedriveStore.Claim;
import java.time.Clock;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a dead letter again, once. Its job, which had ended as dead-lettered, becomes queued again
 * first, or the worker that gets the record would take it for one that was dealt with. Thread-safe.
 */
public final class Redrive {

  /** The error code of jobs that ended because their record was put aside. */
  static final String DEAD_LETTERED = "dead_lettered";

  private static final Logger log = LoggerFactory.getLogger(Redrive.class);

  private final DeadLetterLog letters;
  private final RedriveStore redrives;
  private final JobStore jobs;
  private final Clock clock;

  public Redrive(DeadLetterLog letters, RedriveStore redrives, JobStore jobs, Clock clock) {
    this.letters = letters;
    this.redrives = redrives;
    this.jobs = jobs;
    this.clock = clock;
  }

  /** What came of it. */
  public sealed interface Result {

    /**
     * The record is in its topic again.
     *
     * @param already whether an earlier call had put it there; this one did nothing
     */
    record Sent(Instant at, boolean already) implements Result {}

    /** Somebody else is sending it right now. */
    record UnderWay() implements Result {}

    /** It cannot be sent, now or later. */
    record Impossible(String why) implements Result {}
  }

  /**
   * @throws DeadLetterLog.UnavailableException when it is not known to be sent; it may be tried
   *     again
   */
  public Result redrive(DeadLetter letter) throws InterruptedException {
    if (letter.sourceTopic() == null) {
      return new Result.Impossible("the letter does not tell which topic it came from");
    }
    String id = letter.id().toString();
    return switch (redrives.claim(id, clock.instant())) {
      case Claim.Done(Instant at) -> new Result.Sent(at, true);
      case Claim.Held _ -> new Result.UnderWay();
      case Claim.Granted _ -> send(letter, id);
    };
  }

  private Result send(DeadLetter letter, String id) throws InterruptedException {
    boolean sent = false;
    try {
      reopen(letter);
      letters.sendAgain(letter);
      sent = true;
    } catch (DeadLetterLog.GoneException e) {
      return new Result.Impossible(String.valueOf(e.getMessage()));
    } finally {
      if (!sent) {
        redrives.release(id);
      }
    }
    Instant now = clock.instant();
    redrives.done(id, now);
    log.atInfo()
        .setMessage("dead letter sent again")
        .addKeyValue("letter", id)
        .addKeyValue("topic", letter.sourceTopic())
        .log();
    return new Result.Sent(now, false);
  }

  private void reopen(DeadLetter letter) {
    JobId job = letter.jobId();
    SessionKey key = letter.sessionKey();
    if (job != null && key != null) {
      jobs.reopen(key.tenantId(), job, DEAD_LETTERED);
    }
  }
}
