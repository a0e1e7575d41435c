package dev.parley.storage.memory;

import dev.parley.schemas.Compaction;
import dev.parley.schemas.JobError;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobIds;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.JobOutcome.Ended;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.chat.ChatResponse;
import dev.parley.storage.Job;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.json.StoredTime;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What becomes of jobs. */
final class Jobs {

  private Jobs() {}

  static Job unseen(TenantId tenantId, JobId id, Instant createdAt) {
    return new Job(
        id, tenantId, null, JobStatus.QUEUED, 0, null, createdAt, null, null, null, null, null);
  }

  static Job withAttempt(Job job, int attempt) {
    return new Job(
        job.id(),
        job.tenantId(),
        job.sessionId(),
        job.status(),
        attempt,
        job.requestId(),
        job.createdAt(),
        job.startedAt(),
        job.completedAt(),
        job.metadata(),
        job.response(),
        job.error(),
        job.compaction());
  }

  static Job started(Job job, Instant at) {
    return with(job, JobStatus.IN_PROGRESS, at, null, null, null, null);
  }

  static Job reopened(Job job) {
    return with(job, JobStatus.QUEUED, null, null, null, null, null);
  }

  static Job cancelled(Job job, Instant at) {
    return with(job, JobStatus.CANCELLED, job.startedAt(), at, null, null, null);
  }

  /**
   * @param job null when its claim was lost
   */
  static Job ended(@Nullable Job job, TurnEnd end) {
    Ended ended = end.outcome().ended();
    Job open = job == null ? lost(ended) : job;
    Instant startedAt =
        ended.startedAt() == null ? open.startedAt() : StoredTime.cut(ended.startedAt());
    Instant endedAt = StoredTime.cut(ended.endedAt());
    ChatResponse response =
        end.outcome() instanceof JobOutcome.Completed completed ? completed.response() : null;
    JobError error = end.outcome() instanceof JobOutcome.Failed failed ? failed.error() : null;
    Compaction compaction =
        end.outcome() instanceof JobOutcome.Compacted compacted ? compacted.compaction() : null;
    return withAttempt(
        with(open, end.outcome().status(), startedAt, endedAt, response, error, compaction),
        end.attempt());
  }

  private static Job lost(Ended ended) {
    Instant minted = JobIds.mintedAt(ended.jobId());
    Instant known = ended.startedAt() == null ? ended.endedAt() : ended.startedAt();
    Instant createdAt = StoredTime.cut(minted == null ? known : minted);
    return new Job(
        ended.jobId(),
        ended.tenantId(),
        ended.sessionId(),
        JobStatus.QUEUED,
        0,
        null,
        createdAt,
        null,
        null,
        null,
        null,
        null);
  }

  private static Job with(
      Job job,
      JobStatus status,
      @Nullable Instant startedAt,
      @Nullable Instant completedAt,
      @Nullable ChatResponse response,
      @Nullable JobError error,
      @Nullable Compaction compaction) {
    return new Job(
        job.id(),
        job.tenantId(),
        job.sessionId(),
        status,
        job.attempts(),
        job.requestId(),
        job.createdAt(),
        startedAt,
        completedAt,
        job.metadata(),
        response,
        error,
        compaction);
  }
}
