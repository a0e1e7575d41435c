package dev.parley.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class EngineTest {

  private static final EngineConfig CONFIG =
      EngineConfig.forTopic(Records.TOPIC)
          .with(new EngineConfig.Retries(3, Duration.ofMillis(5), Duration.ofMillis(50)))
          .with(
              new EngineConfig.Times(
                  Duration.ofMillis(5), Duration.ofSeconds(30), Duration.ofSeconds(30)));

  private final FakeWorkload workload = new FakeWorkload();
  private final BlockingQueue<FakeKafka> consumers = new LinkedBlockingQueue<>();
  private FakeKafka kafka = new FakeKafka();
  private Engine<String> engine = engine(CONFIG);

  @AfterEach
  void close() {
    engine.close();
    engine.checkInvariants();
    assertThat(workload.violations).isEmpty();
  }

  @Test
  void performsAndCommits() {
    start(0, 1);
    deliver(0, "t/a", "t/b", "t/a");
    deliver(1, "t/c");
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 3L).containsEntry(1, 1L));
    assertThat(workload.done.get("t/a")).containsExactly("0", "2");
    assertThat(engine.status().state()).isEqualTo(new EngineStatus.State.Running());
    assertThat(engine.status().buffered()).isZero();
    assertThat(engine.status().bufferedBytes()).isZero();
    assertThat(engine.status().totals().done()).isEqualTo(4);
    assertThat(engine.status().assigned()).hasSize(2);
    assertThat(engine.status().lastPollAt()).isNotNull();
  }

  @Test
  void commitsNoFurtherThanTheFirstRecordThatIsNotDone() {
    Semaphore slow = new Semaphore(0);
    workload.performance =
        (record, tries) -> {
          if (Records.key(record).equals("t/slow")) {
            slow.acquire();
          }
          return new Step.Done();
        };
    start(0);
    deliver(0, "t/a", "t/slow", "t/b", "t/c");
    eventually(() -> assertThat(workload.doneCount()).isEqualTo(3));
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 1L));
    slow.release();
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 4L));
  }

  @Test
  void poisonGoesToTheDeadLettersAndDoesNotHoldTheOffsetsUp() {
    AtomicInteger refusals = new AtomicInteger(3);
    workload.sink =
        (record, reason, detail) -> {
          if (refusals.getAndDecrement() > 0) {
            throw new IOException("no room");
          }
        };
    start(0);
    deliver(0, "t/a", "poison", "t/b");
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 3L));
    assertThat(workload.deadLetters).containsExactly(new FakeWorkload.DeadLetter(1, "no_slash"));
    assertThat(engine.status().totals().deadLettered()).isOne();
  }

  @Test
  void aFailingRecordIsTriedAgainAndThenGivenUp() {
    AtomicInteger tries = new AtomicInteger();
    workload.performance =
        (record, before) -> {
          if (record.offset() == 0) {
            assertThat(before).isEqualTo(tries.getAndIncrement());
            throw new IllegalStateException("broken");
          }
          return new Step.Done();
        };
    start(0);
    deliver(0, "t/a", "t/a");
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 2L));
    assertThat(tries).hasValue(3);
    assertThat(workload.deadLetters).containsExactly(new FakeWorkload.DeadLetter(0, "exhausted"));
    assertThat(workload.done.get("t/a")).containsExactly("1");
  }

  @Test
  void waitingGivesThePermitUp() {
    AtomicBoolean go = new AtomicBoolean();
    workload.performance =
        (record, tries) ->
            Records.key(record).equals("t/waits") && !go.get()
                ? new Step.RetryAfter(Duration.ofMillis(20), "later")
                : new Step.Done();
    engine = engine(CONFIG.with(new EngineConfig.Bounds(1, 1, 100, 1 << 20, 100)));
    start(0);
    deliver(0, "t/waits", "t/a", "t/b", "t/waits");
    eventually(() -> assertThat(workload.doneCount()).isEqualTo(2));
    eventually(() -> assertThat(engine.status().parked()).isOne());
    go.set(true);
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 4L));
    assertThat(workload.done.get("t/waits")).containsExactly("0", "3");
    assertThat(workload.deadLetters).isEmpty();
  }

  @Test
  void admissionIsRetriedInOrderUntilItsDependencyIsBack() {
    AtomicBoolean away = new AtomicBoolean(true);
    workload.admission =
        records -> {
          if (away.get()) {
            throw new IOException("connection refused");
          }
        };
    start(0);
    deliver(0, "t/a", "t/a", "t/b");
    eventually(() ->
        assertThat(engine.status().state())
            .isEqualTo(
                new EngineStatus.State.Recovering("ADMISSION: IOException: connection refused")));
    away.set(false);
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 3L));
    assertThat(workload.admitted.stream().flatMap(List::stream)).containsExactly(0L, 1L, 2L);
    eventually(
        () -> assertThat(engine.status().state()).isEqualTo(new EngineStatus.State.Running()));
  }

  @Test
  void aRecordThatNeverPassesAdmissionIsFoundAmongItsNeighbours() {
    workload.admission =
        records -> {
          if (records.stream().anyMatch(record -> Records.key(record).equals("t/bad"))) {
            throw new IOException("cannot store this");
          }
        };
    start(0);
    List<String> keys = new ArrayList<>(IntStream.range(0, 60).mapToObj(i -> "t/" + i).toList());
    keys.set(41, "t/bad");
    deliver(0, keys.toArray(String[]::new));
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 60L));
    assertThat(workload.deadLetters)
        .containsExactly(new FakeWorkload.DeadLetter(41, "inadmissible"));
    assertThat(workload.doneCount()).isEqualTo(59);
  }

  @Test
  void aPartitionIsNotGivenUpWhileItsRecordsAreBeingAdmitted() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Semaphore slow = new Semaphore(0);
    workload.admission =
        records -> {
          begun.countDown();
          slow.acquire();
          kafka.events.add("admitted");
        };
    start(0);
    deliver(0, "t/a");
    begun.await();
    kafka.events.clear();
    kafka.assign();
    eventually(() -> assertThat(kafka.events).contains("rebalancing"));
    slow.release();
    eventually(
        () -> assertThat(kafka.events).containsExactly("rebalancing", "admitted", "rebalanced"));
    eventually(() -> assertThat(engine.status().buffered()).isZero());
    assertThat(workload.doneCount()).isZero();
  }

  @Test
  void pausesAtItsBoundsAndResumes() {
    Semaphore permits = new Semaphore(0);
    workload.performance =
        (record, tries) -> {
          permits.acquire();
          return new Step.Done();
        };
    engine = engine(CONFIG.with(new EngineConfig.Bounds(2, 2, 10, 1 << 20, 100)));
    kafka.setMaxPollRecords(5);
    start(0);
    deliver(0, IntStream.range(0, 40).mapToObj(i -> "t" + i + "/a").toArray(String[]::new));
    eventually(
        () -> assertThat(engine.status().state()).isInstanceOf(EngineStatus.State.Paused.class));
    assertThat(engine.status().buffered()).isEqualTo(10);
    assertThat(engine.status().inFlight()).isEqualTo(2);
    permits.release(40);
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 40L));
  }

  @Test
  void oneTenantsBacklogDoesNotDelayThoseBehindItInThePartition() {
    Semaphore permits = new Semaphore(0);
    workload.performance =
        (record, tries) -> {
          if (Records.key(record).startsWith("noisy/")) {
            permits.acquire();
          }
          return new Step.Done();
        };
    engine = engine(CONFIG.with(new EngineConfig.Bounds(5, 5, 20, 1 << 20, 10_000)));
    start(0);
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      keys.add("noisy/" + i % 30);
      keys.add(i % 10 == 0 ? "busy/" + i % 3 : "noisy/x");
    }
    keys.add("quiet/a");
    deliver(0, keys.toArray(String[]::new));
    permits.release(10);
    // With every turn held by the noisy one the quiet one's would wait for the next to end.
    eventually(() -> {
      permits.release();
      assertThat(workload.done.get("quiet/a")).hasSize(1);
    });
    assertThat(workload.doneCount()).isLessThan(1_000);
    assertThat(engine.status().buffered()).isLessThanOrEqualTo(20);
    assertThat(engine.status().deferred()).isPositive();
    permits.release(3_000);
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 2_001L));
    assertThat(engine.status().deferred()).isZero();
    assertAllDoneOnceInOrder(keys);
  }

  @Test
  void whatWasDeferredOfAPartitionThatGoesIsDoneByTheNextAssignment() {
    Semaphore permits = new Semaphore(0);
    workload.performance =
        (record, tries) -> {
          permits.acquire();
          return new Step.Done();
        };
    engine = engine(CONFIG.with(new EngineConfig.Bounds(2, 2, 10, 1 << 20, 10_000)));
    start(0, 1);
    List<String> keys = IntStream.range(0, 100).mapToObj(i -> "t/" + i % 7).toList();
    deliver(0, keys.toArray(String[]::new));
    permits.release(20);
    eventually(() -> assertThat(workload.doneCount()).isGreaterThanOrEqualTo(20));
    assertThat(engine.status().deferred()).isPositive();
    kafka.events.clear();
    kafka.assign(1);
    eventually(() -> assertThat(kafka.events).contains("rebalancing"));
    permits.release(2);
    eventually(() -> assertThat(engine.status().assigned()).hasSize(1));
    assertThat(engine.status().deferred()).isZero();
    assertThat(kafka.committed).containsEntry(0, (long) workload.doneCount());
    kafka.assign(0, 1);
    kafka.deliver(List.copyOf(kafka.log.get(0)));
    permits.release(200);
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 100L));
    assertAllDoneOnceInOrder(keys);
  }

  @Test
  void deferredRecordsThatVanishBeginEverythingAnew() {
    Semaphore permits = new Semaphore(0);
    workload.performance =
        (record, tries) -> {
          permits.acquire();
          return new Step.Done();
        };
    engine = engine(CONFIG.with(new EngineConfig.Bounds(2, 2, 10, 1 << 20, 10_000)));
    start(0);
    FakeKafka before = kafka;
    deliver(0, IntStream.range(0, 100).mapToObj(i -> "t/" + i % 7).toArray(String[]::new));
    eventually(() -> assertThat(engine.status().deferred()).isPositive());
    // Only the last one is left.
    before.log.get(0).subList(0, 99).clear();
    FakeKafka after = new FakeKafka();
    after.assign(0);
    consumers.add(after);
    permits.release(1_000);
    eventually(() -> assertThat(before.events).contains("closed"));
    kafka = after;
    after.deliver(List.copyOf(before.log.get(0)));
    eventually(() -> assertThat(after.committed).containsEntry(0, 100L));
  }

  /** Values are offsets. */
  private void assertAllDoneOnceInOrder(List<String> keys) {
    Map<String, List<String>> expected = new HashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      expected.computeIfAbsent(keys.get(i), key -> new ArrayList<>()).add(String.valueOf(i));
    }
    assertThat(workload.done).isEqualTo(expected);
  }

  @Test
  void whateverThrowsWhereverNoPermitIsLostAndEveryRecordEnds() {
    Random random = Seeds.random();
    // Nothing here is asked by one thread alone.
    IntPredicate oneIn =
        n -> {
          synchronized (random) {
            return random.nextInt(n) == 0;
          }
        };
    workload.routing =
        record -> {
          if (record.offset() % 97 == 0) {
            throw new IllegalStateException("route");
          }
        };
    workload.admission =
        records -> {
          if (oneIn.test(3)) {
            if (oneIn.test(2)) {
              throw new IOException("admit");
            }
            throw new AssertionError("admit");
          }
        };
    workload.performance =
        (record, tries) -> {
          if (oneIn.test(4)) {
            throw new IllegalStateException("perform");
          }
          if (oneIn.test(10)) {
            throw new StackOverflowError("perform");
          }
          if (oneIn.test(10)) {
            throw new InterruptedException("of its own accord");
          }
          return oneIn.test(5)
              ? new Step.RetryAfter(Duration.ofMillis(1), "later")
              : new Step.Done();
        };
    workload.sink =
        (record, reason, detail) -> {
          if (oneIn.test(2)) {
            if (oneIn.test(2)) {
              throw new IOException("bury");
            }
            throw new NoClassDefFoundError("bury");
          }
        };
    engine =
        engine(
            CONFIG
                .with(new EngineConfig.Bounds(6, 4, 20, 1 << 20, 10_000))
                .with(new EngineConfig.Retries(3, Duration.ofNanos(1), Duration.ofMillis(1))));
    start(0);
    deliver(
        0,
        IntStream.range(0, 2_000).mapToObj(i -> "t" + i % 3 + "/" + i % 40).toArray(String[]::new));
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 2_000L));
    assertThat(engine.status().inFlight()).isZero();
    assertThat(engine.status().away()).isZero();
    assertThat(engine.status().buffered()).isZero();
    assertThat(workload.doneCount() + workload.deadLetters.size()).isEqualTo(2_000);
    assertThat(workload.deadLetters).hasSizeGreaterThan(21);
  }

  @Test
  void aPartitionWithALongUncommittedSpanPausesAlone() {
    Semaphore slow = new Semaphore(0);
    workload.performance =
        (record, tries) -> {
          if (Records.key(record).equals("t/slow")) {
            slow.acquire();
          }
          return new Step.Done();
        };
    engine = engine(CONFIG.with(new EngineConfig.Bounds(4, 4, 100, 1 << 20, 10)));
    kafka.setMaxPollRecords(5);
    start(0, 1);
    List<String> keys = new ArrayList<>(IntStream.range(0, 40).mapToObj(i -> "t/" + i).toList());
    keys.set(0, "t/slow");
    deliver(0, keys.toArray(String[]::new));
    eventually(() -> assertThat(kafka.paused()).hasSize(1));
    deliver(1, "t/other");
    eventually(() -> assertThat(kafka.committed).containsEntry(1, 1L));
    assertThat(workload.doneCount()).isLessThan(20);
    slow.release();
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 40L));
  }

  @Test
  void aRevokedPartitionFinishesWhatHasBegunAndCommitsItWhileOthersGoOn() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Semaphore slow = new Semaphore(0);
    workload.performance =
        (record, tries) -> {
          if (Records.key(record).equals("t/slow")) {
            begun.countDown();
            slow.acquire();
          }
          return new Step.Done();
        };
    start(0, 1);
    deliver(0, "t/slow", "t/slow");
    begun.await();
    kafka.assign(1);
    eventually(() -> assertThat(engine.status().buffered()).isOne());
    slow.release();
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 1L));
    eventually(() -> assertThat(engine.status().assigned()).hasSize(1));
    deliver(1, "t/a");
    eventually(() -> assertThat(kafka.committed).containsEntry(1, 1L));
    assertThat(workload.done.get("t/slow")).containsExactly("0");
    assertThat(engine.status().totals().dropped()).isOne();
  }

  @Test
  void aTurnThatOutlivesItsGraceIsInterruptedAndDoneAgainByTheNextAssignment() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    workload.performance =
        (record, tries) -> {
          if (begun.getCount() == 1) {
            begun.countDown();
            try {
              Thread.sleep(Duration.ofMinutes(5));
            } catch (InterruptedException e) {
              interrupted.set(true);
              throw e;
            }
          }
          return new Step.Done();
        };
    engine =
        engine(
            CONFIG.with(
                new EngineConfig.Times(
                    Duration.ofMillis(5), Duration.ofMillis(50), Duration.ofSeconds(5))));
    start(0);
    deliver(0, "t/a", "t/a");
    begun.await();
    kafka.assign();
    eventually(() -> assertThat(interrupted).isTrue());
    kafka.assign(0);
    deliver(0, "t/a", "t/a");
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 2L));
    assertThat(workload.done.get("t/a")).containsExactly("0", "1");
  }

  @Test
  void retriableConsumerErrorsAreSurvived() {
    start(0);
    kafka.fail(new TimeoutException("slow broker"));
    deliver(0, "t/a");
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 1L));
    assertThat(kafka.events).doesNotContain("closed");
  }

  @Test
  void aConsumerThatFailsForGoodIsReplacedAndTheCauseShown() {
    start(0);
    deliver(0, "t/a");
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 1L));
    FakeKafka failing = kafka;
    failing.fail(new TopicAuthorizationException("not for you"));
    eventually(() ->
        assertThat(engine.status().state().toString())
            .contains("CONSUMER: TopicAuthorizationException"));
    eventually(() -> assertThat(failing.events).contains("closed"));
    kafka = new FakeKafka();
    kafka.assign(0);
    consumers.add(kafka);
    deliver(0, "t/b");
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 1L));
    eventually(
        () -> assertThat(engine.status().state()).isEqualTo(new EngineStatus.State.Running()));
  }

  @Test
  void failingCommitsAreRepeated() {
    kafka.commitsFail = true;
    start(0);
    deliver(0, "t/a");
    eventually(
        () -> assertThat(engine.status().state().toString()).contains("COMMIT: KafkaException"));
    kafka.commitsFail = false;
    eventually(() -> assertThat(kafka.committed).containsEntry(0, 1L));
  }

  @Test
  void closingFinishesWhatHasBegunDropsTheRestAndCommits() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Semaphore slow = new Semaphore(0);
    workload.performance =
        (record, tries) -> {
          begun.countDown();
          slow.acquire();
          return new Step.Done();
        };
    start(0);
    deliver(0, "t/a", "t/a");
    begun.await();
    Thread closing = Thread.ofVirtual().start(engine::close);
    eventually(
        () -> assertThat(engine.status().state()).isEqualTo(new EngineStatus.State.Stopping()));
    slow.release();
    closing.join();
    engine.close();
    assertThat(kafka.committed).containsEntry(0, 1L);
    assertThat(kafka.events).containsOnlyOnce("closed");
    assertThat(engine.status().state()).isEqualTo(new EngineStatus.State.Stopped());
    assertThat(engine.status().buffered()).isZero();
    assertThatThrownBy(engine::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void closingInterruptsWhatOutlivesItsGrace() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    workload.performance =
        (record, tries) -> {
          begun.countDown();
          Thread.sleep(Duration.ofMinutes(5));
          return new Step.Done();
        };
    engine =
        engine(
            CONFIG.with(
                new EngineConfig.Times(
                    Duration.ofMillis(5), Duration.ofSeconds(30), Duration.ofMillis(50))));
    start(0);
    deliver(0, "t/a");
    begun.await();
    engine.close();
    assertThat(kafka.committed.getOrDefault(0, 0L)).isZero();
    assertThat(engine.status().inFlight()).isZero();
  }

  @Test
  void closingBeforeStartingIsFine() {
    engine.close();
    assertThat(engine.status().state()).isEqualTo(new EngineStatus.State.Stopped());
  }

  private void start(int... partitions) {
    kafka.assign(partitions);
    consumers.add(kafka);
    engine.start();
  }

  private Engine<String> engine(EngineConfig config) {
    return new Engine<>(
        config,
        new Consumers() {
          @Override
          public FakeKafka member() {
            FakeKafka next = consumers.poll();
            if (next == null) {
              throw new TopicAuthorizationException("not for you");
            }
            return next;
          }

          @Override
          public FakeRereader rereader() {
            return new FakeRereader(kafka.log);
          }
        },
        workload,
        workload::bury,
        TenantPolicy.equal());
  }

  /** Offsets from 0 are also the values. */
  private void deliver(int partition, String... keys) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < keys.length; i++) {
      records.add(Records.record(partition, i, keys[i], String.valueOf(i)));
    }
    kafka.deliver(records);
  }

  private static void eventually(ThrowingRunnable assertion) {
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(assertion);
  }
}
