package dev.parley.schemas;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.TurnOptions;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What was accepted and waits for its turn: the records of {@link Topics#SUBMISSIONS}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Submission.MessageSubmitted.class, name = "message"),
  @JsonSubTypes.Type(value = Submission.CompactionRequested.class, name = "compact")
})
public sealed interface Submission {

  JobId jobId();

  TenantId tenantId();

  SessionId sessionId();

  /** When ingest accepted it. */
  Instant acceptedAt();

  /** After this the provider is not called any more and the job ends as expired; null: never. */
  @Nullable Instant expiresAt();

  /** The caller's own id of the request, which answers and usage carry along. */
  @Nullable String requestId();

  /** The caller's, kept with the job; not to be changed any more. */
  @Nullable ObjectNode metadata();

  /**
   * Which session of that id ingest saw when it accepted this: a later one of the same id is not
   * meant. Null when none was there, or none was asked for.
   */
  @Nullable Long sessionIncarnation();

  default SessionKey sessionKey() {
    return new SessionKey(tenantId(), sessionId());
  }

  /**
   * A user's message that asks for an answer.
   *
   * @param metadata kept with the message too
   * @param createSession whether the session is made when it is not there
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record MessageSubmitted(
      JobId jobId,
      TenantId tenantId,
      SessionId sessionId,
      Instant acceptedAt,
      @Nullable Instant expiresAt,
      @Nullable String requestId,
      Content content,
      @Nullable ObjectNode metadata,
      TurnOptions options,
      boolean createSession,
      @Nullable Long sessionIncarnation)
      implements Submission {

    /** To whatever session has the id when its turn comes. */
    public MessageSubmitted(
        JobId jobId,
        TenantId tenantId,
        SessionId sessionId,
        Instant acceptedAt,
        @Nullable Instant expiresAt,
        @Nullable String requestId,
        Content content,
        @Nullable ObjectNode metadata,
        TurnOptions options,
        boolean createSession) {
      this(
          jobId,
          tenantId,
          sessionId,
          acceptedAt,
          expiresAt,
          requestId,
          content,
          metadata,
          options,
          createSession,
          null);
    }

    public MessageSubmitted toIncarnation(long incarnation) {
      return new MessageSubmitted(
          jobId,
          tenantId,
          sessionId,
          acceptedAt,
          expiresAt,
          requestId,
          content,
          metadata,
          options,
          createSession,
          incarnation);
    }

    /** Without content and metadata: only sizes and kinds are told. */
    @Override
    public String toString() {
      return "MessageSubmitted[jobId="
          + jobId
          + ", tenantId="
          + tenantId
          + ", sessionId="
          + sessionId
          + ", acceptedAt="
          + acceptedAt
          + ", expiresAt="
          + expiresAt
          + ", requestId="
          + requestId
          + ", content="
          + content
          + ", options="
          + options
          + ", createSession="
          + createSession
          + "]";
    }
  }

  /**
   * Asks for the session's older messages to be taken out, or to be replaced by a summary.
   *
   * @param maxMessages how many messages may be left, the system message apart; null sets no limit
   * @param maxTokens how many tokens the messages that are left may be estimated at; null likewise.
   *     When neither is given, what a turn would not send any more is taken out
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record CompactionRequested(
      JobId jobId,
      TenantId tenantId,
      SessionId sessionId,
      Instant acceptedAt,
      CompactionStrategy strategy,
      @Nullable Integer maxMessages,
      @Nullable Integer maxTokens,
      @Nullable Long sessionIncarnation)
      implements Submission {

    @Override
    public @Nullable Instant expiresAt() {
      return null;
    }

    @Override
    public @Nullable String requestId() {
      return null;
    }

    @Override
    public @Nullable ObjectNode metadata() {
      return null;
    }
  }
}
