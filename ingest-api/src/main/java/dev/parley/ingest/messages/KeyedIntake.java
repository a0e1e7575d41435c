package dev.parley.ingest.messages;

import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Fields;
import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.storage.IdempotencyStore;
import dev.parley.storage.IdempotencyStore.Claim;
import dev.parley.storage.IdempotencyStore.KeyedRequest;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore;
import dev.parley.storage.StoreUnavailableException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in messages that carry an idempotency key: all requests with one key, on whatever nodes,
 * are one job. The key is tied to the job first and the job published then, by one request at a
 * time; what a node left undone, the next request does under the same job id. Thread-safe.
 */
final class KeyedIntake {

  private static final Logger log = LoggerFactory.getLogger(KeyedIntake.class);

  private static final Duration PURGE_EVERY = Duration.ofHours(1);

  /** For what publishing does beside waiting for the log. */
  private static final Duration MARGIN = Duration.ofSeconds(1);

  private static final long FIRST_PAUSE_MILLIS = 10;
  private static final long LONGEST_PAUSE_MILLIS = 500;

  private final Submitter submitter;
  private final IdempotencyStore keys;
  private final JobStore jobs;
  private final Clock clock;
  private final AtomicReference<Instant> purgeAt;

  KeyedIntake(Submitter submitter, IdempotencyStore keys, JobStore jobs, Clock clock) {
    this.submitter = submitter;
    this.keys = keys;
    this.jobs = jobs;
    this.clock = clock;
    this.purgeAt = new AtomicReference<>(clock.instant().plus(PURGE_EVERY));
  }

  /**
   * Finds out whose turn it is. Waits while another request publishes the same job, at most as long
   * as that may take.
   */
  Intake begin(KeyedRequest request, Fields body, SessionKey session, @Nullable String traceparent)
      throws InterruptedException {
    purgeNowAndThen();
    MessageSubmitted fresh = submitter.bind(body, session);
    try {
      submitter.requireSession(fresh);
    } catch (ApiException gone) {
      // It may have been deleted since the first request.
      return replayOfDeleted(request, body, session, gone);
    }
    Claim claim = claim(request, fresh.jobId());
    return switch (claim) {
      case Claim.Granted(JobId _, boolean first) when first ->
          new Publishing(request, fresh, traceparent);
      case Claim.Granted(JobId job, boolean _) ->
          again(request, submitter.bind(body, session, job), traceparent);
      case Claim.Published(JobId job) -> replay(submitter.bind(body, session, job));
      case Claim.Held _ -> throw Submitter.unavailable();
      case Claim.OtherRequest _ -> throw reused();
    };
  }

  private Claim claim(KeyedRequest request, JobId fresh) throws InterruptedException {
    long deadline = System.nanoTime() + submitter.ackTimeout().toNanos();
    for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
      Instant now = clock.instant();
      Claim claim = keys.claim(request, fresh, now, now.plus(submitter.ackTimeout()).plus(MARGIN));
      if (!(claim instanceof Claim.Held) || System.nanoTime() >= deadline) {
        return claim;
      }
      Thread.sleep(pause);
    }
  }

  private Intake replayOfDeleted(
      KeyedRequest request, Fields body, SessionKey session, ApiException gone) {
    Claim seen = keys.find(request, clock.instant());
    return switch (seen) {
      case null -> throw gone;
      case Claim.Published(JobId job) -> replay(submitter.bind(body, session, job));
      case Claim.OtherRequest _ -> throw reused();
      case Claim.Held _, Claim.Granted _ -> throw gone;
    };
  }

  /** Whoever held the key before may have published all the same and not lived to note it. */
  private Intake again(
      KeyedRequest request, MessageSubmitted submission, @Nullable String traceparent) {
    Job known = jobs.find(submission.tenantId(), submission.jobId());
    if (known == null) {
      return new Publishing(request, submission, traceparent);
    }
    notePublished(request, submission.jobId());
    return new Replay(submission, known);
  }

  private Replay replay(MessageSubmitted submission) {
    Job known;
    try {
      known = jobs.find(submission.tenantId(), submission.jobId());
    } catch (StoreUnavailableException e) {
      // It was accepted, whatever can be told about it now.
      known = null;
    }
    return new Replay(submission, known);
  }

  private void notePublished(KeyedRequest request, JobId job) {
    try {
      keys.published(request, job);
    } catch (StoreUnavailableException e) {
      // A repeat will publish once more, which the workers' claims make harmless. That the store is
      // away is told elsewhere, once.
      log.atDebug()
          .setMessage("idempotency key not marked")
          .addKeyValue("job", job)
          .addKeyValue("cause", e.getMessage())
          .log();
    }
  }

  private void release(KeyedRequest request, JobId job) {
    try {
      keys.release(request, job);
    } catch (StoreUnavailableException e) {
      // Then it is held until its time is over.
      log.atDebug().setMessage("idempotency key not released").addKeyValue("job", job).log();
    }
  }

  private void purgeNowAndThen() {
    Instant now = clock.instant();
    Instant due = purgeAt.get();
    if (now.isAfter(due) && purgeAt.compareAndSet(due, now.plus(PURGE_EVERY))) {
      Thread.startVirtualThread(() -> purge(now));
    }
  }

  private void purge(Instant now) {
    try {
      int count = keys.purge(now);
      log.atDebug().setMessage("idempotency keys purged").addKeyValue("count", count).log();
    } catch (StoreUnavailableException e) {
      log.atDebug().setMessage("idempotency keys not purged").log();
    }
  }

  private static ApiException reused() {
    return ApiException.at(
        ErrorCode.IDEMPOTENCY_KEY_REUSED,
        IdempotencyKey.HEADER,
        IdempotencyKey.HEADER + " was used for another request within the last 24 hours");
  }

  private record Replay(MessageSubmitted submission, @Nullable Job known) implements Intake {
    @Override
    public boolean replayed() {
      return true;
    }

    @Override
    public void send() {}
  }

  private final class Publishing implements Intake {
    private final KeyedRequest request;
    private final MessageSubmitted submission;
    private final @Nullable String traceparent;

    private Publishing(
        KeyedRequest request, MessageSubmitted submission, @Nullable String traceparent) {
      this.request = request;
      this.submission = submission;
      this.traceparent = traceparent;
    }

    @Override
    public MessageSubmitted submission() {
      return submission;
    }

    @Override
    public boolean replayed() {
      return false;
    }

    @Override
    public @Nullable Job known() {
      return null;
    }

    @Override
    public void send() throws InterruptedException {
      try {
        submitter.await(submitter.send(submission, traceparent, SubmissionLog.Pace.SINGLE));
      } catch (ApiException e) {
        release(request, submission.jobId());
        throw e;
      }
      notePublished(request, submission.jobId());
    }
  }
}
