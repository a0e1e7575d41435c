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
@JsonSubTypes({@JsonSubTypes.Type(value = Submission.MessageSubmitted.class, name = "message")})
public sealed interface Submission {

  JobId jobId();

  TenantId tenantId();

  SessionId sessionId();

  /** When ingest accepted it. */
  Instant acceptedAt();

  /** After this the provider is not called any more and the job ends as expired; null: never. */
  @Nullable Instant expiresAt();

  default SessionKey sessionKey() {
    return new SessionKey(tenantId(), sessionId());
  }

  /**
   * A user's message that asks for an answer.
   *
   * @param requestId the caller's own id of the request, which answers and usage carry along
   * @param metadata the caller's, kept with the message; not to be changed any more
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
      boolean createSession)
      implements Submission {

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
}
