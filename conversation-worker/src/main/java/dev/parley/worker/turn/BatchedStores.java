package dev.parley.worker.turn;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;

import dev.parley.runtime.Backoff;
import dev.parley.runtime.Component;
import dev.parley.runtime.Health;
import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.Message;
import dev.parley.storage.Conversation;
import dev.parley.storage.JobStore;
import dev.parley.storage.SessionStore;
import dev.parley.storage.SessionStore.Missing;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.TurnWriter;
import dev.parley.storage.TurnWriter.CommitResult;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.UsageStore;
import dev.parley.storage.batch.GroupCommit;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Lets the turns that are at the same point share one statement. */
final class BatchedStores implements TurnStores, Component {

  private static final int MAX_LOADS = 256;
  private static final int MAX_CREATES = 256;
  private static final int MAX_COMMITS = 256;

  /** Of one batch, exceeded by at most one item. */
  private static final long MAX_CHARACTERS = 8 << 20;

  private static final int LOADERS = 2;

  /** While one batch waits for the disk, the other is being made. */
  private static final int COMMITTERS = 2;

  private record Wanted(SessionKey session, JobId job) {}

  private final SessionStore sessions;
  private final JobStore jobs;
  private final TurnWriter writer;
  private final UsageStore usage;
  private final GroupCommit<Wanted, Loaded> loads;
  private final GroupCommit<Missing, Missing> creates;
  private final GroupCommit<TurnEnd, CommitResult> commits;

  /** Of jobs that had ended before, which come by thousands after a worker was killed. */
  private final GroupCommit<JobId, List<UsageEvent>> usages;

  private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
  private final RandomGenerator random;

  /** Of a conversation; the loaders write it, and a lost update does no harm. */
  private volatile long usualSize;

  BatchedStores(
      SessionStore sessions,
      JobStore jobs,
      TurnWriter writer,
      UsageStore usage,
      int maxMessages,
      RandomGenerator random) {
    this.sessions = sessions;
    this.jobs = jobs;
    this.writer = writer;
    this.usage = usage;
    this.random = random;
    this.loads =
        new GroupCommit<>(
            "turn-loads",
            MAX_LOADS,
            key -> usualSize,
            MAX_CHARACTERS,
            LOADERS,
            keys -> loadAll(keys, maxMessages));
    this.creates = new GroupCommit<>("turn-creates", MAX_CREATES, 1, this::createAll);
    this.commits =
        new GroupCommit<>(
            "turn-commits", MAX_COMMITS, Size::of, MAX_CHARACTERS, COMMITTERS, writer::commit);
    this.usages = new GroupCommit<>("turn-usages", MAX_LOADS, 1, this::usagesOf);
  }

  @Override
  public String name() {
    return "turn-stores";
  }

  @Override
  public void start() {
    loads.start();
    creates.start();
    commits.start();
    usages.start();
  }

  @Override
  public Health check() {
    return Health.UP;
  }

  @Override
  public void close() {
    loads.close();
    creates.close();
    commits.close();
    usages.close();
  }

  @Override
  public Loaded load(SessionKey key, JobId jobId) throws InterruptedException {
    return loads.submit(new Wanted(key, jobId));
  }

  private List<Loaded> loadAll(List<Wanted> wanted, int maxMessages) {
    Map<SessionKey, Conversation> found =
        sessions.load(wanted.stream().map(Wanted::session).collect(toSet()), maxMessages);
    learn(found.values());
    Set<JobId> cancelled = jobs.cancelledAmong(wanted.stream().map(Wanted::job).toList());
    return wanted.stream()
        .map(one ->
            cancelled.contains(one.job())
                ? new Loaded.Cancelled()
                : loaded(found.get(one.session())))
        .toList();
  }

  private static Loaded loaded(@Nullable Conversation conversation) {
    return conversation == null ? new Loaded.NoSession() : new Loaded.Found(conversation);
  }

  @Override
  public List<Message> messages(SessionKey key, long fromPosition, int limit) {
    return sessions.messages(key, fromPosition, limit);
  }

  /** Sessions grow large together or not at all, so the last batches tell about the next one. */
  private void learn(Collection<Conversation> loaded) {
    long size = loaded.stream().mapToLong(Size::of).sum() / Math.max(1, loaded.size());
    usualSize = Math.max(size, usualSize - usualSize / 8);
  }

  @Override
  public void createIfAbsent(Missing session) throws InterruptedException {
    creates.submit(session);
  }

  private List<Missing> createAll(List<Missing> missing) {
    sessions.createMissing(missing);
    return missing;
  }

  @Override
  public @Nullable TurnEnd recover(JobId jobId) {
    return writer.recover(jobId);
  }

  @Override
  public CommitResult commit(TurnEnd end) throws InterruptedException {
    return waitFor(() -> commits.submit(end));
  }

  @Override
  public void record(List<UsageEvent> events) throws InterruptedException {
    waitFor(() -> {
      writer.record(events);
      return events;
    });
  }

  @Override
  public List<UsageEvent> usageOf(JobId jobId) throws InterruptedException {
    return waitFor(() -> usages.submit(jobId));
  }

  private List<List<UsageEvent>> usagesOf(List<JobId> wanted) {
    Map<JobId, List<UsageEvent>> found =
        usage.eventsOf(Set.copyOf(wanted)).stream().collect(groupingBy(UsageEvent::jobId));
    return wanted.stream().map(job -> found.getOrDefault(job, List.of())).toList();
  }

  private interface Asking<T> {
    T ask() throws InterruptedException;
  }

  private <T> T waitFor(Asking<T> asking) throws InterruptedException {
    for (int tries = 0; ; tries++) {
      try {
        return asking.ask();
      } catch (StoreUnavailableException e) {
        Thread.sleep(backoff.delay(tries, random));
      }
    }
  }
}
