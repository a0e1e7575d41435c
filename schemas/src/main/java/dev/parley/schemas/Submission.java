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
      implements Submission {}
}
