package dev.parley.storage.memory;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.TenantId;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore;
import dev.parley.storage.Page;
import dev.parley.storage.json.StoredTime;
import dev.parley.storage.paging.Keyset;
import dev.parley.storage.paging.Slice;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Jobs in the memory of this process. */
public final class MemoryJobStore implements JobStore {

  private static final Comparator<Job> NEWEST_FIRST =
      Comparator.comparing(Job::createdAt).thenComparing(job -> job.id().value()).reversed();

  // INVARIANT: touched under the lock of this object only
  private final Map<JobId, Job> jobs = new HashMap<>();

  @Override
  public synchronized List<Claim> claim(List<ClaimRequest> requests) {
    return requests.stream().map(this::claim).toList();
  }

  private Claim claim(ClaimRequest request) {
    Job job = jobs.get(request.jobId());
    if (job != null && job.status().isFinal()) {
      return new Claim.AlreadyEnded(job);
    }
    Job claimed =
        job == null
            ? new Job(
                request.jobId(),
                request.sessionKey().tenantId(),
                request.sessionKey().sessionId(),
                JobStatus.QUEUED,
                1,
                request.requestId(),
                StoredTime.cut(request.createdAt()),
                null,
                null,
                request.metadata(),
                null,
                null)
            : Jobs.withAttempt(job, job.attempts() + 1);
    jobs.put(claimed.id(), claimed);
    return new Claim.Claimed(claimed.attempts());
  }

  @Override
  public synchronized void markStarted(Collection<Started> started) {
    for (Started start : started) {
      Job job = jobs.get(start.jobId());
      if (job != null && !job.status().isFinal() && job.attempts() == start.attempt()) {
        jobs.put(job.id(), Jobs.started(job, StoredTime.cut(start.startedAt())));
      }
    }
  }

  @Override
  public synchronized @Nullable Job find(TenantId tenantId, JobId jobId) {
    Job job = jobs.get(jobId);
    return job != null && job.tenantId().equals(tenantId) ? job : null;
  }

  @Override
  public synchronized Page<Job> list(JobQuery query) {
    Keyset cursor =
        query.cursor() == null ? null : Keyset.decode(Keyset.Listing.JOBS, query.cursor());
    Stream<Job> found =
        jobs.values().stream()
            .filter(job -> job.tenantId().equals(query.tenantId()))
            .filter(job -> query.sessionId() == null || query.sessionId().equals(job.sessionId()))
            .filter(job -> query.status() == null || query.status() == job.status());
    if (cursor != null) {
      found = found.filter(job -> isOlder(job, cursor));
    }
    List<Job> rows = found.sorted(NEWEST_FIRST).limit(query.limit() + 1L).toList();
    Page<Job> page =
        Slice.page(rows, query.limit(), true, cursor != null, MemoryJobStore::cursorOf);
    return new Page<>(page.items(), page.nextCursor(), null);
  }

  private static boolean isOlder(Job job, Keyset cursor) {
    int byTime = job.createdAt().compareTo(cursor.time());
    return byTime < 0 || (byTime == 0 && job.id().value().compareTo(cursor.id()) < 0);
  }

  private static String cursorOf(Job job) {
    return new Keyset(job.createdAt(), job.id().value()).encode(Keyset.Listing.JOBS);
  }

  @Override
  public synchronized Map<JobId, Integer> queuePositions(
      TenantId tenantId, Collection<Job> waiting) {
    Map<JobId, Integer> positions = new HashMap<>();
    for (Job job : waiting) {
      long ahead =
          jobs.values().stream()
              .filter(other -> other.tenantId().equals(tenantId) && !other.status().isFinal())
              .filter(other -> job.sessionId() != null && job.sessionId().equals(other.sessionId()))
              .filter(other -> NEWEST_FIRST.compare(other, job) > 0)
              .count();
      if (job.sessionId() != null && ahead <= MAX_QUEUE_POSITION) {
        positions.put(job.id(), (int) ahead);
      }
    }
    return positions;
  }

  @Override
  public synchronized Job cancel(TenantId tenantId, JobId jobId, Instant createdAt, Instant now) {
    Job job = jobs.get(jobId);
    if (job != null && !job.tenantId().equals(tenantId)) {
      throw new IllegalArgumentException("the job belongs to another tenant");
    }
    if (job != null && job.status().isFinal()) {
      return job;
    }
    Job open = job == null ? Jobs.unseen(tenantId, jobId, StoredTime.cut(createdAt)) : job;
    Job cancelled = Jobs.cancelled(open, StoredTime.cut(now));
    jobs.put(jobId, cancelled);
    return cancelled;
  }

  @Override
  public synchronized boolean reopen(TenantId tenantId, JobId jobId, String errorCode) {
    Job job = find(tenantId, jobId);
    if (job == null || job.error() == null || !job.error().code().equals(errorCode)) {
      return false;
    }
    jobs.put(jobId, Jobs.reopened(job));
    return true;
  }

  @Override
  public synchronized Set<JobId> cancelledAmong(Collection<JobId> jobIds) {
    return among(jobIds, job -> job.status() == JobStatus.CANCELLED);
  }

  @Override
  public synchronized Set<JobId> endedAmong(Collection<JobId> jobIds) {
    return among(jobIds, job -> job.status().isFinal());
  }

  private Set<JobId> among(Collection<JobId> jobIds, Predicate<Job> wanted) {
    Set<JobId> found = new HashSet<>();
    for (JobId id : jobIds) {
      Job job = jobs.get(id);
      if (job != null && wanted.test(job)) {
        found.add(id);
      }
    }
    return found;
  }

  synchronized @Nullable Job find(JobId jobId) {
    return jobs.get(jobId);
  }

  synchronized void put(Job job) {
    jobs.put(job.id(), job);
  }
}
