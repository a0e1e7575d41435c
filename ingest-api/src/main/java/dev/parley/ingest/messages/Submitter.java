package dev.parley.ingest.messages;

import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Fields;
import dev.parley.ingest.http.TenantCheck;
import dev.parley.ingest.jobs.JobIdentity;
import dev.parley.ingest.sessions.SessionDirectory;
import dev.parley.ingest.sessions.SessionIds;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobIds;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission;
import dev.parley.schemas.Submission.MessageSubmitted;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The way of a message from its body into the log. Thread-safe. */
public final class Submitter {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final SubmissionLog log;
  private final SessionDirectory sessions;
  private final JobIdentity identity;
  private final MessageParser parser;
  private final Clock clock;
  private final Duration ackTimeout;

  /**
   * @param createSessions whether sessions that are not there are always made
   * @param ackTimeout after which a message counts as not accepted
   */
  public Submitter(
      SubmissionLog log,
      SessionDirectory sessions,
      JobIdentity identity,
      boolean createSessions,
      Clock clock,
      Duration ackTimeout) {
    this.log = log;
    this.sessions = sessions;
    this.identity = identity;
    this.parser = new MessageParser(createSessions);
    this.clock = clock;
    this.ackTimeout = ackTimeout;
  }

  /** Binds and checks a message; nothing is sent yet. */
  MessageSubmitted prepare(Fields body, SessionKey session) {
    TenantCheck.check(body, session.tenantId());
    JobId jobId = identity.ids().mint(session.tenantId());
    Instant mintedAt = JobIds.mintedAt(jobId);
    Instant acceptedAt = mintedAt == null ? clock.instant() : mintedAt;
    MessageSubmitted submission = parser.parse(body, session, jobId, acceptedAt);
    if (!submission.createSession() && !sessions.exists(session)) {
      throw SessionIds.notFound();
    }
    return submission;
  }

  /** Begins to send. */
  CompletableFuture<Void> send(Submission submission, @Nullable String traceparent) {
    return log.accept(submission, traceparent);
  }

  /**
   * Waits until the message is durable.
   *
   * @throws ApiException when it is not known to be
   */
  void await(Future<Void> acknowledged) throws InterruptedException {
    try {
      acknowledged.get(ackTimeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw unavailable();
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
