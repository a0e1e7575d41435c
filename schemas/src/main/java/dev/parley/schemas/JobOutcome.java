package dev.parley.schemas;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.parley.schemas.chat.ChatResponse;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How a job ended: the records of {@link Topics#OUTCOMES}. Every accepted job has one. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = JobOutcome.Completed.class, name = "completed"),
  @JsonSubTypes.Type(value = JobOutcome.Compacted.class, name = "compacted"),
  @JsonSubTypes.Type(value = JobOutcome.Failed.class, name = "failed"),
  @JsonSubTypes.Type(value = JobOutcome.Cancelled.class, name = "cancelled"),
  @JsonSubTypes.Type(value = JobOutcome.Expired.class, name = "expired")
})
public sealed interface JobOutcome {

  /** Whose job ended, and when. */
  Ended ended();

  /** What the job's status is from now on; final. */
  JobStatus status();

  /**
   * What every ending has.
   *
   * @param attempts how often a worker took the job up
   * @param startedAt when the attempt that ended it began; null when none began
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Ended(
      JobId jobId,
      TenantId tenantId,
      SessionId sessionId,
      int attempts,
      @Nullable Instant startedAt,
      Instant endedAt) {}

  /** The model answered, and question and answer stand in the session. */
  record Completed(Ended ended, ChatResponse response) implements JobOutcome {
    @Override
    public JobStatus status() {
      return JobStatus.COMPLETED;
    }
  }

  /** The session was compacted, or needed no compaction. */
  record Compacted(Ended ended, Compaction compaction) implements JobOutcome {
    @Override
    public JobStatus status() {
      return JobStatus.COMPLETED;
    }
  }

  /** No answer will come; the session is as it was before. */
  record Failed(Ended ended, JobError error) implements JobOutcome {
    @Override
    public JobStatus status() {
      return JobStatus.FAILED;
    }
  }

  /** Cancelled by its tenant. */
  record Cancelled(Ended ended) implements JobOutcome {
    @Override
    public JobStatus status() {
      return JobStatus.CANCELLED;
    }
  }

  /** Its time was over before the provider was called. */
  record Expired(Ended ended) implements JobOutcome {
    @Override
    public JobStatus status() {
      return JobStatus.EXPIRED;
    }
  }
}
