package dev.parley.ingest.testing;

import dev.parley.ingest.IngestPorts;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageCounts;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import dev.parley.schemas.chat.Message;
import dev.parley.storage.ApiKeyStore;
import dev.parley.storage.Conversation;
import dev.parley.storage.ExpectedSessions;
import dev.parley.storage.IdempotencyStore;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore;
import dev.parley.storage.NewSession;
import dev.parley.storage.Page;
import dev.parley.storage.ProviderKeyStore;
import dev.parley.storage.RedriveStore;
import dev.parley.storage.SecretStore;
import dev.parley.storage.Session;
import dev.parley.storage.SessionQuery;
import dev.parley.storage.SessionStore;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.TenantSettingsStore;
import dev.parley.storage.UsageAudit;
import dev.parley.storage.UsageStore;
import dev.parley.storage.live.InMemoryLiveEvents;
import dev.parley.storage.memory.MemoryIdempotencyStore;
import dev.parley.storage.memory.MemoryJobStore;
import dev.parley.storage.memory.MemoryProviderKeyStore;
import dev.parley.storage.memory.MemoryRedriveStore;
import dev.parley.storage.memory.MemorySessionStore;
import dev.parley.storage.memory.MemoryTenantSettingsStore;
import dev.parley.storage.tenants.QueuedCounts;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Stores in maps, as much of them as the API's tests need, that can be told to be away. */
public final class FakeStores
    implements SessionStore, JobStore, UsageStore, UsageAudit, ApiKeyStore, SecretStore {

  public final MemorySessionStore sessions = new MemorySessionStore();
  public final Map<JobId, Job> jobs = new ConcurrentHashMap<>();
  public final Map<String, ApiKey> keys = new ConcurrentHashMap<>();
  public volatile List<UsageSum> sums = List.of();
  public volatile @Nullable UsageFilter askedFilter;
  public volatile List<UsageEvent> rows = List.of();
  public volatile List<HourAudit> audits = List.of();
  public volatile @Nullable TenantId auditedTenant;
  public final InMemoryLiveEvents live = new InMemoryLiveEvents();
  public volatile Map<JobId, Integer> queuePositions = Map.of();
  public volatile boolean away;
  public final RedriveStore redrives = new MemoryRedriveStore();
  public final TenantSettingsStore tenantSettings = new MemoryTenantSettingsStore();
  public final ProviderKeyStore providerKeys = new MemoryProviderKeyStore();
  public final IdempotencyStore idempotencyKeys = new MemoryIdempotencyStore();

  public IngestPorts ports() {
    return new IngestPorts(
        this,
        this,
        idempotencyKeys,
        this,
        this,
        this,
        this,
        tenantSettings,
        redrives,
        QueuedCounts.NONE,
        ExpectedSessions.NONE,
        providerKeys,
        live);
  }

  private void reach() {
    if (away) {
      throw new StoreUnavailableException("postgres", new IOException("told to be away"));
    }
  }

  @Override
  public CreateResult create(NewSession created) {
    reach();
    return sessions.create(created);
  }

  @Override
  public @Nullable Session find(SessionKey key) {
    reach();
    return sessions.find(key);
  }

  @Override
  public List<Message> messages(SessionKey key, long fromPosition, int limit) {
    reach();
    return sessions.messages(key, fromPosition, limit);
  }

  @Override
  public Page<Session> list(SessionQuery query) {
    reach();
    return sessions.list(query);
  }

  @Override
  public boolean delete(SessionKey key, Instant now, boolean onItsWay) {
    reach();
    return sessions.delete(key, now, onItsWay);
  }

  @Override
  public int purgeDeletions(Instant now) {
    reach();
    return sessions.purgeDeletions(now);
  }

  @Override
  public void createMissing(Collection<Missing> wanted) {
    reach();
    sessions.createMissing(wanted);
  }

  @Override
  public ForkResult fork(
      SessionKey from, SessionId newId, long messageCount, boolean resetUsage, Instant now) {
    reach();
    return sessions.fork(from, newId, messageCount, resetUsage, now);
  }

  @Override
  public Map<JobId, Integer> queuePositions(TenantId tenantId, Collection<Job> waiting) {
    reach();
    return queuePositions;
  }

  @Override
  public Map<SessionKey, Conversation> load(Collection<SessionKey> keys, int maxMessages) {
    reach();
    return sessions.load(keys, maxMessages);
  }

  @Override
  public List<Claim> claim(List<ClaimRequest> requests) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void markStarted(Collection<Started> started) {
    throw new UnsupportedOperationException();
  }

  @Override
  public @Nullable Job find(TenantId tenantId, JobId jobId) {
    reach();
    Job job = jobs.get(jobId);
    return job != null && job.tenantId().equals(tenantId) ? job : null;
  }

  @Override
  public Page<Job> list(JobQuery query) {
    reach();
    return new MemoryJobStore().list(query);
  }

  @Override
  public Job cancel(TenantId tenantId, JobId jobId, Instant createdAt, Instant now) {
    reach();
    return jobs.merge(
        jobId,
        new Job(
            jobId,
            tenantId,
            null,
            JobStatus.CANCELLED,
            0,
            null,
            createdAt,
            null,
            now,
            null,
            null,
            null),
        (old, cancelled) -> old.status().isFinal() ? old : cancelled);
  }

  @Override
  public Set<JobId> cancelledAmong(Collection<JobId> jobIds) {
    return Set.of();
  }

  @Override
  public boolean reopen(TenantId tenantId, JobId jobId, String errorCode) {
    reach();
    Job job = find(tenantId, jobId);
    return job != null
        && job.error() != null
        && job.error().code().equals(errorCode)
        && jobs.remove(jobId, job);
  }

  @Override
  public Set<JobId> endedAmong(Collection<JobId> jobIds) {
    reach();
    return jobIds.stream()
        .filter(id -> jobs.get(id) != null && jobs.get(id).status().isFinal())
        .collect(Collectors.toSet());
  }

  @Override
  public List<UsageEvent> eventsOf(Collection<JobId> jobIds) {
    return List.of();
  }

  @Override
  public void forEachEvent(UsageFilter filter, Consumer<UsageEvent> sink) {
    reach();
    askedFilter = filter;
    rows.stream()
        .filter(row -> filter.tenantId() == null || filter.tenantId().equals(row.tenantId()))
        .forEach(sink);
  }

  @Override
  public void writeCounts(Collection<UsageCounts> counts) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<HourAudit> audit(@Nullable TenantId tenantId, Instant since, Instant until) {
    reach();
    auditedTenant = tenantId;
    return audits.stream()
        .filter(hour -> tenantId == null || tenantId.equals(hour.tenantId()))
        .filter(hour -> !hour.hour().isBefore(since) && hour.hour().isBefore(until))
        .toList();
  }

  @Override
  public List<UsageSum> sum(UsageFilter filter, List<UsageDimension> groupBy, ZoneId zone) {
    reach();
    askedFilter = filter;
    return sums;
  }

  @Override
  public void writeTotals(Collection<UsageTotal> totals) {}

  @Override
  public @Nullable Instant totalsAsOf() {
    return null;
  }

  @Override
  public boolean recordPriceBook(String version, String json) {
    throw new UnsupportedOperationException();
  }

  @Override
  public @Nullable String priceBook(String version) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void add(ApiKey key) {
    keys.putIfAbsent(key.sha256Hex(), key);
  }

  @Override
  public @Nullable ApiKey findByHash(String sha256Hex) {
    reach();
    return keys.get(sha256Hex);
  }

  @Override
  public List<ApiKey> list(@Nullable TenantId tenantId) {
    return keys.values().stream()
        .filter(key -> tenantId == null || key.tenantId().equals(tenantId))
        .toList();
  }

  @Override
  public boolean revoke(String id, Instant now) {
    for (ApiKey key : keys.values()) {
      if (key.id().equals(id)) {
        keys.put(
            key.sha256Hex(),
            new ApiKey(
                key.id(),
                key.tenantId(),
                key.role(),
                key.sha256Hex(),
                key.label(),
                key.createdAt(),
                now));
        return true;
      }
    }
    return false;
  }

  @Override
  public byte[] getOrCreate(String name) {
    reach();
    return new byte[32];
  }

  /** A sum for tests. */
  public static UsageSum sum(List<String> group, long requests, String cost) {
    return new UsageSum(group, requests, 10, 20, 3, 4, 5, new BigDecimal(cost), 0);
  }
}
