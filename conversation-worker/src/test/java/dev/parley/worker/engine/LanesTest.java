package dev.parley.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class LanesTest {

  private static final Ending DONE = new Ending.Finished(false);

  private final AtomicLong ticks = new AtomicLong();
  private final Lanes<String> lanes = new Lanes<>(bounds(8, 100), TenantPolicy.equal(), ticks::get);
  private final Assignment assignment = assignment(0);

  @Test
  void aLaneRunsOneTurnAtATimeInOrder() {
    enqueue(assignment, 0, "t/a");
    enqueue(assignment, 1, "t/a");
    var first = begin();
    assertThat(offset(first)).isZero();
    assertThat(lanes.begin()).isNull();
    lanes.end(first, DONE);
    assertThat(offset(begin())).isEqualTo(1);
  }

  @Test
  void whileTenantsComeAnewOnlyAFewDoMoreThanWaitElsewhere() {
    Lanes<String> few =
        new Lanes<>(
            new EngineConfig.Bounds(100, 2, 1_000, 1 << 20), TenantPolicy.equal(), ticks::get);
    for (int i = 0; i < 100; i++) {
      few.holdings()
          .hold(List.of(Records.<String>task(assignment, Records.record(0, i, "t/" + i))))
          .forEach(few::enqueue);
    }
    List<FairScheduler.Permit<Lane<String>>> running = new ArrayList<>();
    for (var permit = few.begin(); permit != null; permit = few.begin()) {
      running.add(permit);
    }
    assertThat(running).as("among backlogs").hasSize(64);
    few.holdings()
        .hold(List.of(Records.<String>task(assignment, Records.record(0, 100, "u/a"))))
        .forEach(few::enqueue);
    few.end(running.removeFirst(), DONE);
    var other = Objects.requireNonNull(few.begin());
    assertThat(offset(other)).isEqualTo(100);
    while (running.size() > 1) {
      few.end(running.removeFirst(), DONE);
      assertThat(few.begin()).isNull();
    }
    few.setAway(other.lane().tasks.getFirst(), true);
    running.add(Objects.requireNonNull(few.begin()));
    assertThat(few.begin()).isNull();
    ticks.addAndGet(Holdings.EXPECTED.toNanos());
    assertThat(few.begin()).as("when nobody came for a while").isNotNull();
    few.checkInvariants();
  }

  @Test
  void aParkedLaneHoldsNoPermitAndStaysAtItsHead() {
    enqueue(assignment, 0, "t/a");
    enqueue(assignment, 1, "t/a");
    lanes.end(begin(), new Ending.Again(Duration.ofSeconds(1)));
    assertThat(lanes.begin()).isNull();
    assertThat(lanes.snapshot().inFlight()).isZero();
    assertThat(lanes.snapshot().parked()).isOne();
    ticks.addAndGet(Duration.ofSeconds(1).toNanos());
    lanes.ringAlarms();
    assertThat(offset(begin())).isZero();
    assertThat(lanes.snapshot().parked()).isZero();
  }

  @Test
  void retiringDropsWhatHasNotBegunAndLetsTheRestEnd() {
    enqueue(assignment, 0, "t/a");
    enqueue(assignment, 1, "t/a");
    enqueue(assignment, 2, "t/b");
    var running = begin();
    lanes.retire(List.of(assignment));
    lanes.checkInvariants();
    assertThat(lanes.begin()).isNull();
    assertThat(lanes.holdings().records()).isOne();
    lanes.end(running, DONE);
    assertThat(assignment.offsets.watermark()).isEqualTo(1);
    assertThat(lanes.holdings().records()).isZero();
    assertThat(lanes.snapshot().lanes()).isZero();
  }

  @Test
  void aPartitionThatComesBackWaitsForTheOldTurnAndIsNotTouchedByIt() {
    enqueue(assignment, 0, "t/a");
    var old = begin();
    lanes.retire(List.of(assignment));
    Assignment again = assignment(0);
    enqueue(again, 0, "t/a");
    assertThat(lanes.begin()).isNull();
    lanes.end(old, DONE);
    assertThat(again.offsets.watermark()).isZero();
    var fresh = begin();
    lanes.end(fresh, DONE);
    assertThat(again.offsets.watermark()).isEqualTo(1);
  }

  @Test
  void aParkedTaskOfAPartitionThatWentIsForgotten() {
    enqueue(assignment, 0, "t/a");
    lanes.end(begin(), new Ending.Again(Duration.ofHours(1)));
    Assignment other = assignment(1);
    enqueue(other, 5, "t/a");
    lanes.retire(List.of(assignment));
    lanes.checkInvariants();
    assertThat(offset(begin())).isEqualTo(5);
    ticks.addAndGet(Duration.ofHours(2).toNanos());
    lanes.ringAlarms();
    lanes.checkInvariants();
    assertThat(lanes.begin()).isNull();
  }

  @Test
  void keepsEveryPromiseWhateverHappens() {
    Random random = Seeds.random();
    for (int round = 0; round < 100; round++) {
      new Simulation(random).run();
    }
  }

  /** Partitions come and go, turns end in any order and any way; then all is let finish. */
  private static final class Simulation {
    private static final int PARTITIONS = 3;
    private static final int LENGTH = 150;

    private final Random random;
    private final AtomicLong ticks = new AtomicLong();
    private final Lanes<String> lanes;
    private final List<Assignment> current = new ArrayList<>();
    private final long[] next = new long[PARTITIONS];
    private final long[] committed = new long[PARTITIONS];
    private final long[] checked = new long[PARTITIONS];
    private final Long[] passes = new Long[PARTITIONS];
    private final List<Set<Long>> finished = new ArrayList<>();
    private final List<FairScheduler.Permit<Lane<String>>> running = new ArrayList<>();
    private final Map<Assignment, Map<LaneKey, Long>> lastFinished = new HashMap<>();

    Simulation(Random random) {
      this.random = random;
      int maxInFlight = 1 + random.nextInt(10);
      this.lanes =
          new Lanes<>(
              bounds(maxInFlight, maxInFlight + random.nextInt(100)),
              TenantPolicy.equal(),
              ticks::get);
      for (int p = 0; p < PARTITIONS; p++) {
        current.add(assignment(p));
        finished.add(new HashSet<>());
      }
    }

    void run() {
      for (int step = 0; step < 3_000; step++) {
        int p = random.nextInt(PARTITIONS);
        switch (random.nextInt(20)) {
          case 0 -> {
            if (random.nextInt(10) == 0) {
              comeBack(p);
            }
          }
          case 1, 2, 3, 4, 5 -> poll(p);
          case 6, 7, 8 -> {
            ticks.addAndGet(random.nextInt(1_000));
            lanes.ringAlarms();
          }
          case 9, 10, 11 -> begin();
          case 12, 13 -> readAgain(p);
          default -> end(random.nextInt(4) > 0);
        }
        lanes.checkInvariants();
      }
      while (lanes.holdings().records() > 0
          || lanes.holdings().deferred() > 0
          || next[0] + next[1] + next[2] < 3 * LENGTH) {
        for (int p = 0; p < PARTITIONS; p++) {
          poll(p);
          readAgain(p);
        }
        ticks.addAndGet(1_000_000);
        lanes.ringAlarms();
        begin();
        end(true);
      }
      for (int p = 0; p < PARTITIONS; p++) {
        assertThat(finished.get(p)).hasSize(LENGTH);
        assertThat(Math.max(committed[p], current.get(p).offsets.watermark())).isEqualTo(LENGTH);
      }
      lanes.checkInvariants();
      assertThat(lanes.snapshot().lanes()).isZero();
    }

    private void poll(int p) {
      if (next[p] < LENGTH) {
        long offset = next[p]++;
        lanes.holdings().hold(List.of(task(p, offset))).forEach(lanes::enqueue);
      }
    }

    /** The key decides the partition, as in Kafka; most is one tenant's. */
    private Task<String> task(int p, long offset) {
      String key = "t" + (offset % 5 == 0 ? offset % 3 : 0) + "/" + p + "-" + offset * 31 % 7;
      return Records.task(current.get(p), Records.record(p, offset, key));
    }

    private void readAgain(int p) {
      Assignment assignment = current.get(p);
      Long from = passes[p];
      if (from == null) {
        from = lanes.holdings().wanted(List.of(assignment)).get(assignment);
        if (from == null) {
          return;
        }
      }
      // A pass may well read what was not polled for the first time yet.
      long to = Math.min(LENGTH, from + 1 + random.nextInt(20));
      List<Task<String>> batch = new ArrayList<>();
      for (long offset = from; offset < to; offset++) {
        batch.add(task(p, offset));
      }
      lanes.holdings().holdAgain(assignment, batch, from, to).forEach(lanes::enqueue);
      passes[p] = lanes.holdings().continuesAt(assignment, to) ? to : null;
    }

    private void comeBack(int p) {
      Assignment old = current.get(p);
      lanes.retire(List.of(old));
      committed[p] = Math.max(committed[p], old.offsets.watermark());
      current.set(p, assignment(p));
      next[p] = committed[p];
      passes[p] = null;
    }

    private void begin() {
      var permit = lanes.begin();
      if (permit != null) {
        LaneKey key = permit.lane().key;
        assertThat(running).noneMatch(other -> other.lane().key.equals(key));
        Task<String> task = permit.lane().tasks.getFirst();
        assertThat(task.assignment.live).isTrue();
        Long last = lastFinished.getOrDefault(task.assignment, Map.of()).get(key);
        assertThat(last == null || last < task.record.offset()).isTrue();
        running.add(permit);
      }
    }

    private void end(boolean well) {
      if (running.isEmpty()) {
        return;
      }
      var permit = running.remove(random.nextInt(running.size()));
      Task<String> task = permit.lane().tasks.getFirst();
      int p = task.assignment.partition.partition();
      if (well) {
        finished.get(p).add(task.record.offset());
        lastFinished
            .computeIfAbsent(task.assignment, a -> new HashMap<>())
            .put(permit.lane().key, task.record.offset());
        lanes.end(permit, DONE);
      } else {
        lanes.end(permit, new Ending.Again(Duration.ofNanos(random.nextInt(5_000))));
      }
      for (; checked[p] < task.assignment.offsets.watermark(); checked[p]++) {
        assertThat(finished.get(p).contains(checked[p])).isTrue();
      }
    }
  }

  private void enqueue(Assignment to, long offset, String key) {
    Task<String> task = Records.task(to, Records.record(to.partition.partition(), offset, key));
    lanes.holdings().hold(List.of(task)).forEach(lanes::enqueue);
    lanes.checkInvariants();
  }

  private FairScheduler.Permit<Lane<String>> begin() {
    return Objects.requireNonNull(lanes.begin());
  }

  private static long offset(FairScheduler.Permit<Lane<String>> permit) {
    return permit.lane().tasks.getFirst().record.offset();
  }

  private static EngineConfig.Bounds bounds(int maxInFlight, int maxBuffered) {
    return new EngineConfig.Bounds(maxInFlight, maxInFlight, maxBuffered, 1 << 20);
  }

  private static Assignment assignment(int partition) {
    return new Assignment(new TopicPartition(Records.TOPIC, partition));
  }
}
