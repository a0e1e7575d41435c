package dev.parley.ingest.messages;

import dev.parley.ingest.http.Fields;
import dev.parley.ingest.http.Metadata;
import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Binds a message that is sent in. */
final class MessageParser {

  private static final int MAX_REQUEST_ID = 256;

  /** As long as Kafka keeps submissions. */
  private static final int MAX_EXPIRY_SECONDS = 30 * 24 * 3600;

  private final boolean createSessions;

  /**
   * @param createSessions whether sessions that are not there are always made
   */
  MessageParser(boolean createSessions) {
    this.createSessions = createSessions;
  }

  Submission.MessageSubmitted parse(
      Fields body, SessionKey session, JobId jobId, Instant acceptedAt) {
    Integer expiresIn = body.integer("expiresInSeconds", 1, MAX_EXPIRY_SECONDS);
    return new Submission.MessageSubmitted(
        jobId,
        session.tenantId(),
        session.sessionId(),
        acceptedAt,
        expiry(acceptedAt, expiresIn),
        body.string("requestId", MAX_REQUEST_ID),
        ContentParser.parse(body, "content"),
        Metadata.parse(body),
        OptionsParser.parse(body),
        body.flag("createSession") || createSessions);
  }

  private static @Nullable Instant expiry(Instant acceptedAt, @Nullable Integer seconds) {
    return seconds == null ? null : acceptedAt.plusSeconds(seconds);
  }
}
