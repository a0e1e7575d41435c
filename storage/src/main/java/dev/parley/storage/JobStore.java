package dev.parley.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keeps jobs. How a job ends is written by {@link TurnWriter}, and by {@link #cancel} here. */
public interface JobStore {

  /**
   * Takes up many jobs in one statement: a job that was never seen is inserted as queued with
   * attempt 1, one that was seen and has not ended has its attempt raised, which fences whoever
   * held the attempt before; one that has ended is left as it is.
   *
   * @param requests may name a job more than once; the later ones then find it as the first left it
   * @return an answer for each request, in order
   */
  List<Claim> claim(List<ClaimRequest> requests);

  /**
   * Marks claimed jobs as in progress. Those that ended meanwhile or have another attempt are left
   * alone.
   */
  void markStarted(Collection<Started> started);

  @Nullable Job find(TenantId tenantId, JobId jobId);

  /** Newest first. */
  Page<Job> list(JobQuery query);

  /**
   * How many jobs of its session each of these jobs still has ahead of it, as far as that is known:
   * those that no worker has seen yet are not, and what stands behind very many is not counted.
   *
   * @param waiting jobs of the tenant that have not ended
   */
  Map<JobId, Integer> queuePositions(TenantId tenantId, Collection<Job> waiting);

  /** More jobs ahead than this are not counted. */
  int MAX_QUEUE_POSITION = 1_000;

  /**
   * Ends a job as cancelled unless it has ended, whether or not a worker has seen it. A job whose
   * end is being written right now is left alone too.
   *
   * @param createdAt what to write as the time of creation when no worker has seen it
   * @return the job as it is now
   */
  Job cancel(TenantId tenantId, JobId jobId, Instant createdAt, Instant now);

  /** Which of the given jobs have been cancelled. */
  Set<JobId> cancelledAmong(Collection<JobId> jobIds);

  /**
   * Makes a job that failed with this error code queued again, so that it can be claimed. Any other
   * is left as it is.
   *
   * @return whether it was
   */
  boolean reopen(TenantId tenantId, JobId jobId, String errorCode);

  /** Which of the given jobs, of whatever tenants, have ended. */
  Set<JobId> endedAmong(Collection<JobId> jobIds);

  /**
   * A job to be taken up.
   *
   * @param createdAt when it was accepted
   */
  record ClaimRequest(
      JobId jobId,
      SessionKey sessionKey,
      Instant createdAt,
      @Nullable Instant expiresAt,
      @Nullable String requestId,
      @Nullable ObjectNode metadata) {}

  /** What came of a claim. */
  sealed interface Claim {
    /** The caller holds this attempt until another claim raises it. */
    record Claimed(int attempt) implements Claim {}

    /** It ended before; publish how it ended again, and do nothing else. */
    record AlreadyEnded(Job job) implements Claim {}
  }

  /** That the attempt began. */
  record Started(JobId jobId, int attempt, Instant startedAt) {}

  /**
   * Which jobs of a tenant to list.
   *
   * @param limit 1 to 100
   */
  record JobQuery(
      TenantId tenantId,
      @Nullable SessionId sessionId,
      @Nullable JobStatus status,
      @Nullable String cursor,
      int limit) {}
}
