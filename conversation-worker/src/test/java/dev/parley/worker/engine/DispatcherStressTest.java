package dev.parley.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Real threads all over the dispatcher: partitions are polled, taken away and given back while
 * turns end well and badly, watermarks are read and the books are checked.
 */
@Timeout(120)
class DispatcherStressTest {

  private static final int PARTITIONS = 3;
  private static final int LENGTH = 20_000;
  private static final int LANES = 50;

  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final AtomicIntegerArray finished = new AtomicIntegerArray(PARTITIONS * LENGTH);
  private final Set<String> running = ConcurrentHashMap.newKeySet();

  @Test
  void keepsItsPromisesUnderFire() throws Exception {
    Random random = Seeds.random();
    Dispatcher<String> dispatcher =
        new Dispatcher<>(
            new Lanes<>(
                new EngineConfig.Bounds(40, 25, 10_000_000, 1 << 30),
                TenantPolicy.equal(),
                System::nanoTime),
            new Performer<>(
                new Stress(),
                (record, reason, detail) -> {},
                Integer.MAX_VALUE,
                new Backoff(Duration.ofNanos(1_000), Duration.ofMillis(1), new Random()),
                new Troubles()));
    List<Thread> threads = new ArrayList<>();
    threads.add(Thread.ofVirtual().start(dispatcher::runAlarms));
    threads.add(guarded(() -> watch(dispatcher)));
    List<Thread> pollers = new ArrayList<>();
    for (int p = 0; p < PARTITIONS; p++) {
      int partition = p;
      long seed = random.nextLong();
      pollers.add(guarded(() -> live(dispatcher, partition, new Random(seed))));
    }
    for (Thread poller : pollers) {
      poller.join();
    }
    await().atMost(Duration.ofMinutes(1)).until(() -> dispatcher.held() == 0 || failed());
    over.set(true);
    dispatcher.close();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failure.get()).isNull();
    for (int i = 0; i < PARTITIONS * LENGTH; i++) {
      assertThat(finished.get(i)).isPositive();
    }
    assertThat(dispatcher.snapshot().inFlight()).isZero();
    assertThat(dispatcher.snapshot().lanes()).isZero();
  }

  /** A partition's life: polled to the end, taken away at random moments and given back. */
  private void live(Dispatcher<String> dispatcher, int partition, Random random) {
    long committed = 0;
    while (committed < LENGTH && !failed()) {
      Assignment assignment = new Assignment(new TopicPartition(Records.TOPIC, partition));
      long next = committed;
      long until = Math.min(LENGTH, committed + 200 + random.nextInt(5_000));
      while (next < until) {
        List<Task<String>> batch = new ArrayList<>();
        for (int i = random.nextInt(50); i >= 0 && next < until; i--, next++) {
          // Two partitions share some lanes, as after the topic has grown.
          String key = "t" + next % 5 + "/" + (next % LANES + (partition == 2 ? LANES / 2 : 0));
          Task<String> task = Records.task(assignment, Records.record(partition, next, key));
          task.admission = "";
          batch.add(task);
        }
        dispatcher.submit(dispatcher.hold(batch));
        assertWatermark(dispatcher, assignment, partition, committed);
      }
      if (until == LENGTH) {
        awaitWatermark(dispatcher, assignment);
      }
      dispatcher.retire(List.of(assignment));
      if (random.nextBoolean()) {
        dispatcher.interrupt(List.of(assignment));
      }
      // Not always waited for, so that the old turns meet the new assignment.
      boolean _ = dispatcher.awaitQuiet(List.of(assignment), Duration.ofMillis(random.nextInt(3)));
      committed =
          Math.max(committed, assertWatermark(dispatcher, assignment, partition, committed));
    }
  }

  private long assertWatermark(
      Dispatcher<String> dispatcher, Assignment assignment, int partition, long from) {
    long watermark = dispatcher.watermarks(List.of(assignment)).get(assignment);
    for (long offset = from; offset < watermark; offset++) {
      if (finished.get(partition * LENGTH + (int) offset) == 0) {
        throw new AssertionError("watermark " + watermark + " but not done: " + offset);
      }
    }
    return watermark;
  }

  private void awaitWatermark(Dispatcher<String> dispatcher, Assignment assignment) {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> failed() || dispatcher.watermarks(List.of(assignment)).get(assignment) == LENGTH);
  }

  private void watch(Dispatcher<String> dispatcher) {
    while (!over.get()) {
      dispatcher.checkInvariants();
      assertThat(dispatcher.snapshot().inFlight()).isBetween(0, 40);
      LockSupport.parkNanos(10_000);
    }
  }

  private Thread guarded(Runnable action) {
    return Thread.ofPlatform()
        .start(() -> {
          try {
            action.run();
          } catch (Throwable e) {
            failure.compareAndSet(null, e);
          }
        });
  }

  private boolean failed() {
    return failure.get() != null;
  }

  private final class Stress implements Workload<String> {
    @Override
    public Route route(ConsumerRecord<byte[], byte[]> record) {
      return Records.route(record);
    }

    @Override
    public List<String> admit(List<ConsumerRecord<byte[], byte[]>> records) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Step perform(ConsumerRecord<byte[], byte[]> record, String admission, Turn turn)
        throws InterruptedException {
      String lane = Records.key(record);
      if (!running.add(lane)) {
        failure.compareAndSet(null, new AssertionError("two turns at once in " + lane));
      }
      try {
        switch (ThreadLocalRandom.current().nextInt(200)) {
          case 0 -> {
            // Sometimes the turn ends while it is away.
            Turn.Absence absence = turn.leave();
            Thread.sleep(1);
            if (ThreadLocalRandom.current().nextBoolean()) {
              absence.close();
              absence.close();
            }
          }
          case 1 -> {
            return new Step.RetryAfter(Duration.ofNanos(10_000), "sometimes");
          }
          case 2 -> throw new IllegalStateException("sometimes");
          case 3 -> {
            finish(record);
            return new Step.DeadLetter("sometimes", "");
          }
          default -> LockSupport.parkNanos(1);
        }
        finish(record);
        return new Step.Done();
      } finally {
        running.remove(lane);
      }
    }

    private void finish(ConsumerRecord<byte[], byte[]> record) {
      finished.incrementAndGet(record.partition() * LENGTH + (int) record.offset());
    }
  }
}
