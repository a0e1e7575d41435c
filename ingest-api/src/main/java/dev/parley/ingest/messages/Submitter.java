package dev.parley.ingest.messages;

import dev.parley.ingest.admission.QueuedJobs;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Fields;
import dev.parley.ingest.http.TenantCheck;
import dev.parley.ingest.jobs.JobIdentity;
import dev.parley.ingest.messages.SubmissionLog.Pace;
import dev.parley.ingest.sessions.SessionDirectory;
import dev.parley.ingest.sessions.SessionIds;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobIds;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission;
import dev.parley.schemas.Submission.CompactionRequested;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.TenantId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The way of a message from its body into the log. Thread-safe. */
public final class Submitter {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
  private static final CompletableFuture<Void> TOLD = CompletableFuture.completedFuture(null);

  private final SubmissionLog log;
  private final QueuedJobs queued;
  private final SessionDirectory sessions;
  private final JobIdentity identity;
  private final MessageParser parser;
  private final Clock clock;
  private final Duration ackTimeout;
  private final Consumer<JobId> notCounted;

  /**
   * @param createSessions whether sessions that are not there are always made
   * @param ackTimeout after which the log counts a message as not accepted
   */
  public Submitter(
      SubmissionLog log,
      QueuedJobs queued,
      SessionDirectory sessions,
      JobIdentity identity,
      boolean createSessions,
      Clock clock,
      Duration ackTimeout) {
    this.log = log;
    this.queued = queued;
    this.notCounted = queued::leave;
    this.sessions = sessions;
    this.identity = identity;
    this.parser = new MessageParser(createSessions);
    this.clock = clock;
    this.ackTimeout = ackTimeout;
  }

  /** Binds and checks a message; nothing is sent yet. */
  MessageSubmitted prepare(Fields body, SessionKey session) {
    MessageSubmitted submission = bind(body, session);
    requireSession(submission);
    return submission;
  }

  /** Binds a message under a new job id. */
  MessageSubmitted bind(Fields body, SessionKey session) {
    TenantCheck.check(body, session.tenantId());
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    return parser.parse(body, session, identity.ids().mint(session.tenantId(), now), now);
  }

  /** Binds a message under a job id that it was given before. */
  MessageSubmitted bind(Fields body, SessionKey session, JobId jobId) {
    Instant mintedAt = JobIds.mintedAt(jobId);
    Instant acceptedAt = mintedAt == null ? clock.instant() : mintedAt;
    return parser.parse(body, session, jobId, acceptedAt);
  }

  void requireSession(MessageSubmitted submission) {
    if (!submission.createSession() && !sessions.exists(submission.sessionKey())) {
      throw SessionIds.notFound();
    }
  }

  /** After which a message counts as not accepted. */
  Duration ackTimeout() {
    return ackTimeout;
  }

  /**
   * Begins to send a message.
   *
   * @throws ApiException when too many of the tenant's jobs wait already
   */
  CompletableFuture<Void> send(
      MessageSubmitted submission, @Nullable String traceparent, Pace pace) {
    return begin(meant(submission), traceparent, pace);
  }

  /** So that it cannot reach a later session of the same id, should this one be deleted. */
  private MessageSubmitted meant(MessageSubmitted submission) {
    Long incarnation =
        submission.createSession() ? null : sessions.incarnation(submission.sessionKey());
    return incarnation == null ? submission : submission.toIncarnation(incarnation);
  }

  /**
   * Sends what is not a message, and waits until it is durable.
   *
   * @throws ApiException when it is not known to be, or when too many of the tenant's jobs wait
   */
  public void accept(CompactionRequested submission, @Nullable String traceparent)
      throws InterruptedException {
    await(begin(submission, traceparent, Pace.SINGLE));
  }

  /** An id for a new job. */
  public JobId mint(TenantId tenant) {
    return identity.ids().mint(tenant);
  }

  private CompletableFuture<Void> begin(
      Submission submission, @Nullable String traceparent, Pace pace) {
    queued.enter(submission.tenantId(), submission.jobId());
    CompletableFuture<Void> told =
        submission instanceof MessageSubmitted message && message.createSession()
            ? sessions.expect(submission.sessionKey())
            : TOLD;
    CompletableFuture<Void> durable = log.accept(submission, traceparent, pace, notCounted);
    // Whoever has the answer may go on through another node.
    return told.isDone() ? durable : durable.thenCombine(told, (done, known) -> null);
  }

  /**
   * Waits until the message is durable, within the log's time.
   *
   * @throws ApiException when it is not known to be
   */
  void await(Future<Void> acknowledged) throws InterruptedException {
    try {
      acknowledged.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SubmissionLog.TooLargeException) {
        throw ApiException.of(ErrorCode.REQUEST_BODY_TOO_LARGE, "the message is too large");
      }
      throw unavailable();
    }
  }

  static ApiException unavailable() {
    return ApiException.retryLater(
        ErrorCode.UNAVAILABLE, "the message could not be taken in right now", RETRY_AFTER);
  }
}
