package dev.parley.worker.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.Json;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import dev.parley.storage.NewSession;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.TurnWriter;
import dev.parley.storage.TurnWriter.CommitResult;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.UsageStore;
import dev.parley.storage.memory.MemoryJobStore;
import dev.parley.storage.memory.MemorySessionStore;
import dev.parley.worker.turn.TurnStores.Loaded;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BatchedStoresTest {

  /** Of a job without usage. */
  private static final JobId UNUSED = new JobId("job_unused");

  private final MemorySessionStore sessions = new MemorySessionStore();
  private final MemoryJobStore jobs = new MemoryJobStore();
  private final AtomicInteger away = new AtomicInteger();
  private final List<List<JobId>> questions = new CopyOnWriteArrayList<>();
  private volatile Pause whenAsked = () -> {};

  private interface Pause {
    void run() throws InterruptedException;
  }

  @Test
  void anEndIsWrittenHoweverOftenTheStoreIsAway() throws Exception {
    try (BatchedStores stores = started()) {
      away.set(3);
      JobOutcome.Ended ended =
          new JobOutcome.Ended(
              new JobId("job_1"),
              Submitted.SESSION.tenantId(),
              Submitted.SESSION.sessionId(),
              1,
              null,
              Submitted.NOW);

      CommitResult result =
          stores.commit(new TurnEnd(new JobOutcome.Expired(ended), 1, 0, List.of(), List.of()));

      assertThat(result).isEqualTo(new CommitResult.Committed(null));
      assertThat(away).hasValue(0);
    }
  }

  /** Else a turn whose end is found written would begin again, and be paid for twice. */
  @Test
  void theUsageOfAnEndedJobIsWaitedForToo() throws Exception {
    try (BatchedStores stores = started()) {
      away.set(3);

      assertThat(stores.usageOf(UNUSED)).isEmpty();
      assertThat(away).hasValue(0);
    }
  }

  /** After a worker was killed, ended jobs come again by thousands. */
  @Test
  void endedJobsThatComeTogetherAreAskedForTogetherAndGetTheirOwnUsage() throws Exception {
    CountDownLatch asking = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    whenAsked =
        () -> {
          asking.countDown();
          answer.await();
        };
    try (BatchedStores stores = started()) {
      List<FutureTask<List<UsageEvent>>> answers = new ArrayList<>();
      List<Thread> turns = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        JobId job = new JobId("job_" + i);
        FutureTask<List<UsageEvent>> task = new FutureTask<>(() -> stores.usageOf(job));
        answers.add(task);
        turns.add(Thread.ofVirtual().start(task));
        asking.await(); // the first has the question to itself, the others gather behind it
      }
      await().until(() -> turns.stream().allMatch(t -> t.getState() == Thread.State.WAITING));
      answer.countDown();

      for (int i = 0; i < 20; i++) {
        assertThat(answers.get(i).get())
            .extracting(UsageEvent::jobId)
            .containsExactly(new JobId("job_" + i));
      }
    }
    assertThat(questions).extracting(Collection::size).containsExactly(1, 19);
  }

  @Test
  void aLoadTellsWhichJobsWereCancelledWhileTheyWaited() throws Exception {
    sessions.create(NewSession.empty(Submitted.SESSION, Submitted.NOW));
    JobId cancelled = new JobId("job_1");
    jobs.cancel(Submitted.SESSION.tenantId(), cancelled, Submitted.NOW, Submitted.NOW);
    try (BatchedStores stores = started()) {
      assertThat(stores.load(Submitted.SESSION, cancelled)).isEqualTo(new Loaded.Cancelled());
      assertThat(stores.load(Submitted.SESSION, new JobId("job_2")))
          .isInstanceOf(Loaded.Found.class);
      assertThat(
              stores.load(
                  new SessionKey(Submitted.SESSION.tenantId(), new SessionId("s2")),
                  new JobId("job_3")))
          .isEqualTo(new Loaded.NoSession());
    }
  }

  private void look() {
    if (away.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new StoreUnavailableException("fake", new IllegalStateException("away"));
    }
  }

  private BatchedStores started() {
    BatchedStores stores =
        new BatchedStores(sessions, jobs, new Ends(), new Ledger(), 10, new Random(1));
    stores.start();
    return stores;
  }

  private final class Ends implements TurnWriter {
    @Override
    public void record(List<UsageEvent> usage) {}

    @Override
    public List<CommitResult> commit(List<TurnEnd> ends) {
      look();
      return ends.stream().<CommitResult>map(end -> new CommitResult.Committed(null)).toList();
    }

    @Override
    public @Nullable TurnEnd recover(JobId jobId) {
      return null;
    }
  }

  private final class Ledger implements UsageStore {
    @Override
    public List<UsageEvent> eventsOf(Collection<JobId> jobIds) {
      look();
      questions.add(List.copyOf(jobIds));
      try {
        whenAsked.run();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return jobIds.stream()
          .filter(job -> !job.equals(UNUSED))
          .map(job -> Submitted.usage(job, Json.mapper().createObjectNode()))
          .toList();
    }

    @Override
    public void forEachEvent(UsageFilter filter, Consumer<UsageEvent> sink) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<UsageSum> sum(UsageFilter filter, List<UsageDimension> groupBy, ZoneId zone) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void writeTotals(Collection<UsageTotal> totals) {
      throw new UnsupportedOperationException();
    }

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
  }
}
