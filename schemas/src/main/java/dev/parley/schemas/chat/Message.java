package dev.parley.schemas.chat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.JobId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation.
 *
 * @param jobId the job whose turn wrote it; null for messages that a session was created with
 * @param pinned whether no context strategy may drop it; null means no
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Message(
    Role role,
    Content content,
    @Nullable ObjectNode metadata,
    Instant createdAt,
    @Nullable JobId jobId,
    @Nullable Boolean pinned) {

  public static Message of(Role role, Content content, Instant createdAt, @Nullable JobId jobId) {
    return new Message(role, content, null, createdAt, jobId, null);
  }

  /** Without content and metadata, of which only the size is told. */
  @Override
  public String toString() {
    return "Message[role="
        + role
        + ", content="
        + content
        + ", metadata="
        + Redacted.size(metadata)
        + ", createdAt="
        + createdAt
        + ", jobId="
        + jobId
        + ", pinned="
        + pinned
        + "]";
  }
}
