package dev.parley.ingest.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobIds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class JobTableTest {

  private final JobTable table = new JobTable();

  private static JobId job(long first, long second, long third, short fourth) {
    return JobIds.ofBytes(
        ByteBuffer.allocate(JobIds.BYTES)
            .putLong(first)
            .putLong(second)
            .putLong(third)
            .putShort(fourth)
            .array());
  }

  private List<JobId> all() {
    List<JobId> all = new ArrayList<>();
    table.iterator().forEachRemaining(all::add);
    return all;
  }

  @Test
  void a_job_has_one_owner_until_it_is_removed() {
    JobId job = job(1, 2, 3, (short) 4);
    assertThat(table.remove(job)).isEqualTo(JobTable.NOBODY);
    assertThat(table.putIfAbsent(job, 0)).isTrue();
    assertThat(table.putIfAbsent(job, 7)).isFalse();
    assertThat(table.size()).isEqualTo(1);
    assertThat(table.remove(job)).isZero();
    assertThat(table.putIfAbsent(job, Integer.MAX_VALUE)).isTrue();
    assertThat(table.remove(job)).isEqualTo(Integer.MAX_VALUE);
    assertThat(table.size()).isZero();
  }

  @Test
  void ids_that_differ_in_a_single_byte_are_different() {
    byte[] bytes = new byte[JobIds.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      byte[] other = bytes.clone();
      other[i] = 1;
      assertThat(table.putIfAbsent(JobIds.ofBytes(other), i)).isTrue();
    }
    assertThat(table.putIfAbsent(JobIds.ofBytes(bytes), 100)).isTrue();
    for (int i = 0; i < bytes.length; i++) {
      byte[] other = bytes.clone();
      other[i] = 1;
      assertThat(table.remove(JobIds.ofBytes(other))).isEqualTo(i);
    }
    assertThat(all()).containsExactly(JobIds.ofBytes(bytes));
  }

  @Test
  void what_is_no_job_id_has_no_owner_and_is_refused() {
    assertThat(table.remove(new JobId("job_1"))).isEqualTo(JobTable.NOBODY);
    assertThatThrownBy(() -> table.putIfAbsent(new JobId("job_1"), 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void does_as_a_map_does_also_where_many_ids_want_the_same_place() {
    // One hash for all, a few at both ends of the table, and as they come.
    long[] kinds = {1, 6, -1};
    for (long kind : kinds) {
      long seed = Long.getLong("table.seed", System.nanoTime());
      Random random = new Random(seed);
      Map<JobId, Integer> model = new HashMap<>();
      JobTable mine = new JobTable();
      for (int step = 0; step < 60_000; step++) {
        // Grows to some hundreds, shrinks to nothing, and again.
        boolean grows = step / 5_000 % 2 == 0;
        long hash =
            kind < 0 ? random.nextInt(400) * 0x9e3779b97f4a7c15L : -random.nextLong(kind) << 9;
        JobId job = job(random.nextInt(3), hash, random.nextInt(40), (short) random.nextInt(2));
        if (random.nextInt(10) < (grows ? 7 : 2)) {
          Integer before = model.putIfAbsent(job, step);
          assertThat(mine.putIfAbsent(job, step)).as("seed %d", seed).isEqualTo(before == null);
        } else {
          Integer before = model.remove(job);
          assertThat(mine.remove(job))
              .as("seed %d", seed)
              .isEqualTo(before == null ? JobTable.NOBODY : before);
        }
        assertThat(mine.size()).as("seed %d", seed).isEqualTo(model.size());
        if (step % 1_000 == 0) {
          List<JobId> all = new ArrayList<>();
          mine.iterator().forEachRemaining(all::add);
          assertThat(all.size()).as("seed %d", seed).isEqualTo(model.size());
          assertThat(new HashSet<>(all).equals(model.keySet())).as("seed %d", seed).isTrue();
        }
      }
      for (Map.Entry<JobId, Integer> left : model.entrySet()) {
        assertThat(mine.remove(left.getKey())).as("seed %d", seed).isEqualTo(left.getValue());
      }
      assertThat(mine.size()).isZero();
    }
  }

  @Test
  void a_walk_tells_all_that_stay_while_others_come_and_go() throws Exception {
    Random random = new Random(1);
    List<JobId> staying = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      JobId job = job(1, random.nextLong(), random.nextLong(), (short) 1);
      staying.add(job);
      table.putIfAbsent(job, 1);
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<?> others =
          threads.submit(() -> {
            Random more = new Random(2);
            for (int round = 0; round < 5; round++) {
              List<JobId> passing = new ArrayList<>();
              for (int i = 0; i < 20_000; i++) {
                passing.add(job(2, more.nextLong(), more.nextLong(), (short) 2));
              }
              passing.forEach(job -> table.putIfAbsent(job, 2));
              passing.forEach(job -> assertThat(table.remove(job)).isEqualTo(2));
            }
          });
      do {
        Set<JobId> told = new HashSet<>(all());
        assertThat(staying.stream().allMatch(told::contains)).isTrue();
      } while (!others.isDone());
      others.get();
    }
    assertThat(all().size()).isEqualTo(staying.size());
    assertThat(new HashSet<>(all()).equals(new HashSet<>(staying))).isTrue();
    Iterator<JobId> empty = new JobTable().iterator();
    assertThat(empty.hasNext()).isFalse();
    assertThatThrownBy(empty::next).isInstanceOf(NoSuchElementException.class);
  }
}
