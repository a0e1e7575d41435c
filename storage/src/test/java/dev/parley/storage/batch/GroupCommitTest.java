package dev.parley.storage.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.storage.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class GroupCommitTest {

  private final List<List<Integer>> batches = Collections.synchronizedList(new ArrayList<>());

  private List<Integer> doubled(List<Integer> items) {
    batches.add(List.copyOf(items));
    return items.stream().map(i -> 2 * i).toList();
  }

  private record Caller(Thread thread, FutureTask<Integer> task) {
    static Caller submit(GroupCommit<Integer, Integer> group, int item) {
      FutureTask<Integer> task = new FutureTask<>(() -> group.submit(item));
      Thread thread = Thread.ofPlatform().start(task);
      while (thread.getState() != Thread.State.WAITING && !task.isDone()) {
        Thread.onSpinWait();
      }
      return new Caller(thread, task);
    }

    int result() throws Exception {
      return task.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void what_waits_is_served_in_one_batch_and_each_gets_its_own_result() throws Exception {
    try (GroupCommit<Integer, Integer> group = new GroupCommit<>("t", 10, 1, this::doubled)) {
      List<Caller> callers = IntStream.range(0, 5).mapToObj(i -> Caller.submit(group, i)).toList();
      group.start();
      for (int i = 0; i < 5; i++) {
        assertThat(callers.get(i).result()).isEqualTo(2 * i);
      }
    }
    assertThat(batches).containsExactly(List.of(0, 1, 2, 3, 4));
  }

  @Test
  void a_batch_is_never_larger_than_allowed() throws Exception {
    try (GroupCommit<Integer, Integer> group = new GroupCommit<>("t", 3, 1, this::doubled)) {
      List<Caller> callers = IntStream.range(0, 7).mapToObj(i -> Caller.submit(group, i)).toList();
      group.start();
      for (Caller caller : callers) {
        caller.result();
      }
    }
    assertThat(batches).containsExactly(List.of(0, 1, 2), List.of(3, 4, 5), List.of(6));
  }

  @Test
  void a_batch_takes_nothing_more_once_it_weighs_enough() throws Exception {
    try (GroupCommit<Integer, Integer> group =
        new GroupCommit<>("t", 100, item -> item, 10, 1, this::doubled)) {
      List<Caller> callers =
          List.of(50, 4, 5, 1, 0, 9, 9).stream().map(i -> Caller.submit(group, i)).toList();
      group.start();
      for (Caller caller : callers) {
        caller.result();
      }
    }
    assertThat(batches).containsExactly(List.of(50), List.of(4, 5, 1), List.of(0, 9, 9));
  }

  @Test
  void a_failed_batch_is_served_item_by_item_and_only_the_bad_one_throws() throws Exception {
    try (GroupCommit<Integer, Integer> group =
        new GroupCommit<>(
            "t",
            10,
            1,
            items -> {
              if (items.contains(13)) {
                throw new IllegalArgumentException("unlucky");
              }
              return doubled(items);
            })) {
      Caller good = Caller.submit(group, 1);
      Caller bad = Caller.submit(group, 13);
      Caller alsoGood = Caller.submit(group, 2);
      group.start();

      assertThat(good.result()).isEqualTo(2);
      assertThat(alsoGood.result()).isEqualTo(4);
      assertThatThrownBy(bad::result)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(IllegalArgumentException.class);
    }
    assertThat(batches).containsExactly(List.of(1), List.of(2));
  }

  @Test
  void all_learn_at_once_that_the_store_is_away() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (GroupCommit<Integer, Integer> group =
        new GroupCommit<>(
            "t",
            10,
            1,
            items -> {
              calls.incrementAndGet();
              throw new StoreUnavailableException("test", new IllegalStateException());
            })) {
      List<Caller> callers = IntStream.range(0, 3).mapToObj(i -> Caller.submit(group, i)).toList();
      group.start();
      for (Caller caller : callers) {
        assertThatThrownBy(caller::result).hasCauseInstanceOf(StoreUnavailableException.class);
      }
    }
    assertThat(calls).hasValue(1);
  }

  @Test
  void too_few_results_are_an_error_for_every_caller_and_the_flusher_lives_on() throws Exception {
    try (GroupCommit<Integer, Integer> group =
        new GroupCommit<>("t", 10, 1, items -> items.contains(0) ? List.of() : doubled(items))) {
      group.start();
      assertThatThrownBy(Caller.submit(group, 0)::result)
          .hasCauseInstanceOf(IllegalStateException.class);
      assertThat(Caller.submit(group, 4).result()).isEqualTo(8);
    }
  }

  @Test
  void errors_reach_the_caller_and_the_flusher_lives_on() throws Exception {
    try (GroupCommit<Integer, Integer> group =
        new GroupCommit<>(
            "t",
            10,
            1,
            items -> {
              if (items.contains(0)) {
                throw new AssertionError("boom");
              }
              return doubled(items);
            })) {
      group.start();
      assertThatThrownBy(Caller.submit(group, 0)::result).hasCauseInstanceOf(AssertionError.class);
      assertThat(Caller.submit(group, 4).result()).isEqualTo(8);
    }
  }

  @Test
  void a_caller_interrupted_before_its_item_was_taken_takes_it_back() throws Exception {
    try (GroupCommit<Integer, Integer> group = new GroupCommit<>("t", 10, 1, this::doubled)) {
      Caller stays = Caller.submit(group, 1);
      Caller leaves = Caller.submit(group, 2);
      leaves.thread().interrupt();
      assertThatThrownBy(leaves::result).hasCauseInstanceOf(InterruptedException.class);
      group.start();
      assertThat(stays.result()).isEqualTo(2);
    }
    assertThat(batches).containsExactly(List.of(1));
  }

  @Test
  void a_caller_interrupted_later_gets_its_result_and_keeps_its_interrupt() throws Exception {
    CountDownLatch taken = new CountDownLatch(1);
    Semaphore goOn = new Semaphore(0);
    try (GroupCommit<Integer, Integer> group =
        new GroupCommit<>(
            "t",
            10,
            1,
            items -> {
              taken.countDown();
              goOn.acquireUninterruptibly();
              return doubled(items);
            })) {
      group.start();
      FutureTask<Boolean> interruptedAfterwards =
          new FutureTask<>(() -> group.submit(21) == 42 && Thread.currentThread().isInterrupted());
      Thread caller = Thread.ofVirtual().start(interruptedAfterwards);
      taken.await();
      caller.interrupt();
      goOn.release();
      assertThat(interruptedAfterwards.get(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void closing_serves_what_waits_and_refuses_what_comes() throws Exception {
    GroupCommit<Integer, Integer> group = new GroupCommit<>("t", 2, 2, this::doubled);
    List<Caller> callers = IntStream.range(0, 9).mapToObj(i -> Caller.submit(group, i)).toList();
    group.start();
    group.close();
    group.close();
    for (int i = 0; i < 9; i++) {
      assertThat(callers.get(i).result()).isEqualTo(2 * i);
    }
    assertThatThrownBy(() -> group.submit(1)).isInstanceOf(IllegalStateException.class);
  }

  /** The first flusher that comes back finds what tells both of them to end. */
  @Test
  void closing_ends_every_flusher_though_one_takes_what_ends_them_all() throws Exception {
    CountDownLatch bothBusy = new CountDownLatch(2);
    Semaphore goOn = new Semaphore(0);
    GroupCommit<Integer, Integer> group =
        new GroupCommit<>(
            "t",
            10,
            2,
            items -> {
              bothBusy.countDown();
              goOn.acquireUninterruptibly();
              return doubled(items);
            });
    group.start();
    Caller first = Caller.submit(group, 1);
    while (bothBusy.getCount() == 2) {
      Thread.onSpinWait();
    }
    Caller second = Caller.submit(group, 2);
    bothBusy.await();
    Caller waiting = Caller.submit(group, 3);
    Thread closer = Thread.ofPlatform().start(group::close);
    while (closer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    goOn.release();
    goOn.release(2);
    assertThat(closer.join(Duration.ofSeconds(30))).isTrue();
    assertThat(List.of(first.result(), second.result(), waiting.result())).containsExactly(2, 4, 6);
  }

  @ParameterizedTest
  @CsvSource({"1, 1000", "3, 7"})
  void under_load_every_item_is_served_exactly_once(int flushers, int maxBatch) throws Exception {
    ConcurrentLinkedQueue<Integer> served = new ConcurrentLinkedQueue<>();
    int items = 20_000;
    List<Thread> threads = new ArrayList<>();
    AtomicInteger wrong = new AtomicInteger();
    AtomicInteger takenBack = new AtomicInteger();
    try (GroupCommit<Integer, Integer> group =
        new GroupCommit<>(
            "t",
            maxBatch,
            flushers,
            batch -> {
              served.addAll(batch);
              return batch.stream().map(i -> 2 * i).toList();
            })) {
      group.start();
      for (int i = 0; i < items; i++) {
        int item = i;
        Thread thread =
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    if (group.submit(item) != 2 * item) {
                      wrong.incrementAndGet();
                    }
                  } catch (InterruptedException e) {
                    takenBack.incrementAndGet();
                  }
                });
        if (i % 10 == 0) {
          thread.interrupt();
        }
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(wrong).hasValue(0);
    assertThat(served).doesNotHaveDuplicates().hasSize(items - takenBack.get());
  }
}
