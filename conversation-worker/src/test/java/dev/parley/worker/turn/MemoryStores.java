package dev.parley.worker.turn;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.Message;
import dev.parley.storage.Conversation;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore;
import dev.parley.storage.Page;
import dev.parley.storage.SessionStore.Missing;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.TurnWriter.CommitResult;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.memory.MemoryJobStore;
import dev.parley.storage.memory.MemorySessionStore;
import dev.parley.storage.memory.MemoryTurnWriter;
import dev.parley.storage.memory.MemoryUsageStore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The stores in memory that belong together, whose jobs can be away. */
final class MemoryStores implements TurnStores, JobStore {

  final MemoryJobStore jobs = new MemoryJobStore();
  final MemorySessionStore sessions = new MemorySessionStore();
  final List<List<ClaimRequest>> claims = new ArrayList<>();
  final List<Integer> cancelledAsked = new ArrayList<>();
  final List<Started> started = new ArrayList<>();
  private final MemoryUsageStore usage = new MemoryUsageStore(Clock.systemUTC());
  private final MemoryTurnWriter writer = new MemoryTurnWriter(sessions, jobs, usage);
  volatile boolean away;

  Job job(String id) {
    Job job = jobs.find(Submitted.SESSION.tenantId(), new JobId(id));
    if (job == null) {
      throw new AssertionError("no job " + id);
    }
    return job;
  }

  JobStatus status(String id) {
    return job(id).status();
  }

  private void look() {
    if (away) {
      throw new StoreUnavailableException("fake", new IllegalStateException("away"));
    }
  }

  @Override
  public Loaded load(SessionKey key, JobId jobId) {
    look();
    if (jobs.cancelledAmong(List.of(jobId)).contains(jobId)) {
      return new Loaded.Cancelled();
    }
    Conversation found = sessions.load(List.of(key), 100).get(key);
    return found == null ? new Loaded.NoSession() : new Loaded.Found(found);
  }

  @Override
  public List<Message> messages(SessionKey key, long fromPosition, int limit) {
    return sessions.messages(key, fromPosition, limit);
  }

  @Override
  public Map<JobId, Integer> queuePositions(TenantId tenantId, Collection<Job> waiting) {
    return jobs.queuePositions(tenantId, waiting);
  }

  @Override
  public void createIfAbsent(Missing session) {
    sessions.createMissing(List.of(session));
  }

  @Override
  public @Nullable TurnEnd recover(JobId jobId) {
    return writer.recover(jobId);
  }

  @Override
  public CommitResult commit(TurnEnd end) {
    return writer.commit(List.of(end)).getFirst();
  }

  @Override
  public void record(List<UsageEvent> events) {
    writer.record(events);
  }

  @Override
  public List<UsageEvent> usageOf(JobId jobId) {
    return usage.eventsOf(List.of(jobId));
  }

  @Override
  public List<Claim> claim(List<ClaimRequest> requests) {
    look();
    claims.add(List.copyOf(requests));
    return jobs.claim(requests);
  }

  @Override
  public void markStarted(Collection<Started> some) {
    look();
    started.addAll(some);
    jobs.markStarted(some);
  }

  @Override
  public @Nullable Job find(TenantId tenantId, JobId jobId) {
    return jobs.find(tenantId, jobId);
  }

  @Override
  public Page<Job> list(JobQuery query) {
    return jobs.list(query);
  }

  @Override
  public Job cancel(TenantId tenantId, JobId jobId, Instant createdAt, Instant now) {
    return jobs.cancel(tenantId, jobId, createdAt, now);
  }

  @Override
  public Set<JobId> cancelledAmong(Collection<JobId> jobIds) {
    look();
    cancelledAsked.add(jobIds.size());
    return jobs.cancelledAmong(jobIds);
  }

  @Override
  public boolean reopen(TenantId tenantId, JobId jobId, String errorCode) {
    look();
    return jobs.reopen(tenantId, jobId, errorCode);
  }

  @Override
  public Set<JobId> endedAmong(Collection<JobId> jobIds) {
    look();
    return jobs.endedAmong(jobIds);
  }
}
