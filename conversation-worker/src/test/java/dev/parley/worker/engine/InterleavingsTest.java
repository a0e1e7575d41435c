package dev.parley.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/**
 * Every order in which the threads of an engine can come to a few records, compared with a naive
 * model: offset tracker, scheduler, lanes and deferrals are touched under one lock only, so an
 * interleaving of threads is a sequence of the steps that they take under it, and all sequences up
 * to a length are all interleavings. From each of them everything must still come to its end.
 *
 * <p>{@code -Dsteps=10} takes a minute.
 */
class InterleavingsTest {

  private static final int STEPS = Integer.getInteger("steps", 8);

  /** Two lanes of a tenant that has more than fits, and one of another, behind. */
  private static final String[] KEYS = {"noisy/a", "noisy/a", "noisy/b", "noisy/a", "quiet/c"};

  private static final EngineConfig.Bounds BOUNDS =
      new EngineConfig.Bounds(2, 1, 3, 1 << 20, 1_000);

  private long sequences;

  @Test
  void noInterleavingBreaksAPromiseOrLosesARecord() {
    explore(new ArrayList<>());
    System.out.println(sequences + " interleavings of " + STEPS + " steps");
    assertThat(sequences).isGreaterThan(1_000);
  }

  /** Depth first; what came before is replayed, since a state cannot be copied. */
  private void explore(List<Integer> choices) {
    World world = new World();
    for (int choice : choices) {
      world.steps().get(choice).run();
    }
    int options = world.steps().size();
    if (choices.size() == STEPS) {
      sequences++;
      world.finishEverything();
      return;
    }
    for (int choice = 0; choice < options; choice++) {
      choices.add(choice);
      explore(choices);
      choices.removeLast();
    }
  }

  private static final class World {
    private final AtomicLong ticks = new AtomicLong();
    private final Lanes<String> lanes = new Lanes<>(BOUNDS, TenantPolicy.equal(), ticks::get);
    private final List<FairScheduler.Permit<Lane<String>>> running = new ArrayList<>();
    private final Set<Task<String>> parked = new HashSet<>();
    private final Set<Long> everFinished = new HashSet<>();
    private Assignment assignment = new Assignment(new TopicPartition(Records.TOPIC, 0));
    private TreeSet<Long> open = new TreeSet<>();
    private Set<Long> held = new HashSet<>();
    private long next;
    private long pass = -1;
    private boolean cameBack;
    private boolean newcomers;

    /** What can happen now, in an order that is always the same. */
    List<Runnable> steps() {
      List<Runnable> steps = new ArrayList<>();
      if (next < KEYS.length) {
        steps.add(this::poll);
      }
      steps.add(this::begin);
      for (var permit : List.copyOf(running)) {
        steps.add(() -> finish(permit));
        steps.add(() -> tryAgain(permit));
        boolean away = task(permit).away;
        steps.add(() -> lanes.setAway(task(permit), !away));
      }
      if (!parked.isEmpty()) {
        steps.add(this::ring);
      }
      if (pass >= 0 || !lanes.holdings().wanted(List.of(assignment)).isEmpty()) {
        steps.add(this::readAgain);
      }
      if (!cameBack && next > 0) {
        steps.add(this::comeBack);
      }
      return steps.stream()
          .<Runnable>map(step ->
              () -> {
                step.run();
                check();
              })
          .toList();
    }

    private Task<String> newTask(long offset) {
      return Records.task(assignment, Records.record(0, offset, KEYS[(int) offset]));
    }

    private static Task<String> task(FairScheduler.Permit<Lane<String>> permit) {
      return permit.lane().tasks.getFirst();
    }

    private void poll() {
      open.add(next);
      enqueue(lanes.holdings().hold(List.of(newTask(next++))));
    }

    private void readAgain() {
      long from = pass >= 0 ? pass : lanes.holdings().wanted(List.of(assignment)).get(assignment);
      long to = Math.min(next, from + 2);
      List<Task<String>> batch = new ArrayList<>();
      for (long offset = from; offset < to; offset++) {
        batch.add(newTask(offset));
      }
      enqueue(lanes.holdings().holdAgain(assignment, batch, from, to));
      pass = lanes.holdings().continuesAt(assignment, to) ? to : -1;
    }

    private void enqueue(List<Task<String>> tasks) {
      for (Task<String> task : tasks) {
        newcomers |= isNewcomer(key(task));
        assertThat(held.add(task.record.offset())).as("held once").isTrue();
        lanes.enqueue(task);
      }
    }

    private void begin() {
      long busy = running.stream().filter(permit -> !task(permit).away).count();
      boolean room = running.size() < BOUNDS.maxInFlight();
      boolean first = newcomers && busy >= BOUNDS.maxBusy();
      var permit = lanes.begin();
      if (first) {
        assertThat(permit == null || (room && !runs(tenant(key(task(permit))))))
            .as("only who comes first")
            .isTrue();
      } else {
        assertThat(permit != null).as("somebody begins when he may").isEqualTo(room && anyReady());
      }
      if (permit != null) {
        Task<String> task = task(permit);
        assertThat(task.assignment).isSameAs(assignment);
        assertThat(open.stream().filter(offset -> key(offset).equals(key(task))).findFirst())
            .as("the first of its lane")
            .hasValue(task.record.offset());
        assertThat(running).noneMatch(other -> key(task(other)).equals(key(task)));
        running.add(permit);
      }
    }

    /** Whether the first record of some lane is held and neither runs nor waits. */
    private boolean anyReady() {
      return !ready().isEmpty();
    }

    private Set<String> ready() {
      Set<String> ready = new HashSet<>();
      held.forEach(offset -> ready.add(key(offset)));
      running.forEach(permit -> ready.remove(key(task(permit))));
      parked.forEach(task -> ready.remove(key(task)));
      return ready;
    }

    /** Whether a record of the lane, on coming, finds nothing of its tenant, but of others. */
    private boolean isNewcomer(String key) {
      Set<String> present = new HashSet<>();
      held.forEach(offset -> present.add(tenant(key(offset))));
      running.forEach(permit -> present.add(tenant(key(task(permit)))));
      return !present.isEmpty() && !present.contains(tenant(key));
    }

    private boolean runs(String tenant) {
      return running.stream().anyMatch(permit -> tenant(key(task(permit))).equals(tenant));
    }

    private static String tenant(String key) {
      return key.substring(0, key.indexOf('/'));
    }

    private static String key(long offset) {
      return KEYS[(int) offset];
    }

    private static String key(Task<String> task) {
      return key(task.record.offset());
    }

    private void finish(FairScheduler.Permit<Lane<String>> permit) {
      Task<String> task = task(permit);
      running.remove(permit);
      lanes.end(permit, new Ending.Finished(false));
      everFinished.add(task.record.offset());
      if (task.assignment == assignment) {
        open.remove(task.record.offset());
        held.remove(task.record.offset());
      }
    }

    private void tryAgain(FairScheduler.Permit<Lane<String>> permit) {
      Task<String> task = task(permit);
      running.remove(permit);
      lanes.end(permit, new Ending.Again(Duration.ofNanos(10)));
      if (task.assignment == assignment) {
        parked.add(task);
      }
    }

    private void ring() {
      ticks.addAndGet(10);
      lanes.ringAlarms();
      parked.clear();
    }

    /** Taken away, and given back at once, while its turns still run. */
    private void comeBack() {
      lanes.retire(List.of(assignment));
      long watermark = assignment.offsets.watermark();
      assertThat(everFinished).as("committed").containsAll(below(watermark));
      cameBack = true;
      assignment = new Assignment(assignment.partition);
      next = watermark;
      pass = -1;
      open = new TreeSet<>();
      held = new HashSet<>();
      parked.clear();
    }

    private static List<Long> below(long offset) {
      List<Long> all = new ArrayList<>();
      for (long each = 0; each < offset; each++) {
        all.add(each);
      }
      return all;
    }

    private void check() {
      lanes.checkInvariants();
      long watermark = assignment.offsets.watermark();
      long expected = open.isEmpty() ? next : open.first();
      assertThat(watermark == OffsetTracker.UNKNOWN ? next : watermark).isEqualTo(expected);
      assertThat(lanes.holdings().records())
          .isLessThanOrEqualTo(BOUNDS.maxBuffered() + running.size());
      assertThat(lanes.holdings().deferred()).isEqualTo(open.size() - held.size());
      assertThat(running).hasSizeLessThanOrEqualTo(BOUNDS.maxInFlight());
    }

    void finishEverything() {
      for (int rounds = 0; !open.isEmpty() || next < KEYS.length; rounds++) {
        assertThat(rounds).as("comes to an end").isLessThan(200);
        if (next < KEYS.length) {
          poll();
        }
        if (pass >= 0 || !lanes.holdings().wanted(List.of(assignment)).isEmpty()) {
          readAgain();
        }
        ring();
        begin();
        if (!running.isEmpty()) {
          finish(Objects.requireNonNull(running.getFirst()));
        }
        check();
      }
      while (!running.isEmpty()) {
        finish(running.getFirst());
      }
      assertThat(everFinished).hasSize(KEYS.length);
      assertThat(lanes.snapshot().held()).isZero();
      assertThat(lanes.snapshot().lanes()).isZero();
    }
  }
}
