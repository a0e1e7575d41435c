package dev.parley.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.Compaction;
import dev.parley.schemas.JobError;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.chat.ChatResponse;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a job.
 *
 * @param sessionId null only for a job that was cancelled before any worker saw it
 * @param attempts how often a worker claimed it
 * @param response set when a message's job completed
 * @param error set when failed
 * @param compaction set when a compaction's job completed
 */
public record Job(
    JobId id,
    TenantId tenantId,
    @Nullable SessionId sessionId,
    JobStatus status,
    int attempts,
    @Nullable String requestId,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant completedAt,
    @Nullable ObjectNode metadata,
    @Nullable ChatResponse response,
    @Nullable JobError error,
    @Nullable Compaction compaction) {

  /** A job of a message. */
  public Job(
      JobId id,
      TenantId tenantId,
      @Nullable SessionId sessionId,
      JobStatus status,
      int attempts,
      @Nullable String requestId,
      Instant createdAt,
      @Nullable Instant startedAt,
      @Nullable Instant completedAt,
      @Nullable ObjectNode metadata,
      @Nullable ChatResponse response,
      @Nullable JobError error) {
    this(
        id,
        tenantId,
        sessionId,
        status,
        attempts,
        requestId,
        createdAt,
        startedAt,
        completedAt,
        metadata,
        response,
        error,
        null);
  }
}
