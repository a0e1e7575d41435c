package dev.parley.endtoend.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.endtoend.chaos.ChaosPlan.Blows;
import dev.parley.endtoend.chaos.ChaosPlan.Traffic;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ChaosPlanTest {

  private static final Blows ALL =
      new Blows(3, 20, 2, 1, Map.of(Blow.Service.KAFKA, 2, Blow.Service.REDIS, 1));

  @Test
  void the_same_seed_makes_the_same_plan_and_another_seed_another() {
    assertThat(ChaosPlan.make(20_000, 8, 250, ALL, 1))
        .isEqualTo(ChaosPlan.make(20_000, 8, 250, ALL, 1));
    assertThat(ChaosPlan.make(20_000, 8, 250, ALL, 1))
        .isNotEqualTo(ChaosPlan.make(20_000, 8, 250, ALL, 2));
  }

  @Test
  void blows_come_in_order_while_there_is_work_left() {
    ChaosPlan plan = ChaosPlan.make(1_000, 4, 250, ALL, 7);
    assertThat(plan.blows())
        .hasSize(26)
        .isSortedAccordingTo((a, b) -> Integer.compare(a.afterJobs(), b.afterJobs()))
        .allMatch(blow -> blow.afterJobs() >= 100 && blow.afterJobs() < 900)
        .filteredOn(Blow.KillWorker.class::isInstance)
        .hasSize(20)
        .allMatch(blow -> ((Blow.KillWorker) blow).worker() < 3);
  }

  @Test
  void exactly_as_much_is_sent_as_was_asked_for_and_half_of_it_by_the_loud_tenant() {
    for (int messages : new int[] {1, 2, 10, 999, 100_000}) {
      ChaosPlan plan = ChaosPlan.make(messages, 5, 250, Blows.kills(1, 0), 1);
      assertThat(plan.all()).isEqualTo(messages);
      int loud =
          plan.traffic().stream()
              .filter(traffic -> traffic.tenant() == 0)
              .mapToInt(Traffic::messages)
              .sum();
      assertThat(loud).isEqualTo(messages - messages / 2);
    }
    assertThat(ChaosPlan.make(17, 1, 250, Blows.kills(1, 0), 1).all()).isEqualTo(17);
  }

  @Test
  void every_mood_comes_up_and_each_call_keeps_its_own() {
    Moods moods = new Moods(3, 50);
    assertThat(
            IntStream.range(0, 5_000)
                .mapToObj(message -> moods.directives("s", message))
                .distinct())
        .hasSize(8);
    assertThat(moods.directives("s", 17)).isEqualTo(new Moods(3, 50).directives("s", 17));
  }
}
