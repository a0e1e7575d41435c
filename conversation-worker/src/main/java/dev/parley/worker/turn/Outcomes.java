package dev.parley.worker.turn;

import dev.parley.schemas.JobError;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.JobOutcome.Ended;
import dev.parley.schemas.SessionId;
import dev.parley.storage.Job;
import org.jspecify.annotations.Nullable;

/** Makes the outcome of a job from what the store holds of it. */
final class Outcomes {

  private Outcomes() {}

  /**
   * The same outcome that was published, or should have been, when the job ended.
   *
   * @param sessionId for a job that was cancelled before any worker had seen it
   * @return null when the job has not ended
   */
  static @Nullable JobOutcome of(Job job, SessionId sessionId) {
    Ended ended =
        new Ended(
            job.id(),
            job.tenantId(),
            sessionId,
            job.attempts(),
            job.startedAt(),
            job.completedAt() == null ? job.createdAt() : job.completedAt());
    return switch (job.status()) {
      case QUEUED, IN_PROGRESS -> null;
      case COMPLETED -> completed(job, ended);
      case FAILED -> new JobOutcome.Failed(ended, job.error() == null ? unknown() : job.error());
      case CANCELLED -> new JobOutcome.Cancelled(ended);
      case EXPIRED -> new JobOutcome.Expired(ended);
    };
  }

  private static JobOutcome completed(Job job, Ended ended) {
    if (job.compaction() != null) {
      return new JobOutcome.Compacted(ended, job.compaction());
    }
    return job.response() == null
        ? new JobOutcome.Failed(ended, unknown())
        : new JobOutcome.Completed(ended, job.response());
  }

  private static JobError unknown() {
    return new JobError("internal_error", "how the job ended is not known");
  }
}
