package dev.parley.endtoend.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ChaosPlanTest {

  @Test
  void the_same_seed_makes_the_same_plan_and_another_seed_another() {
    assertThat(ChaosPlan.make(20_000, 5, 2, 1)).isEqualTo(ChaosPlan.make(20_000, 5, 2, 1));
    assertThat(ChaosPlan.make(20_000, 5, 2, 1)).isNotEqualTo(ChaosPlan.make(20_000, 5, 2, 2));
  }

  @Test
  void kills_come_in_order_while_there_is_work_left() {
    ChaosPlan plan = ChaosPlan.make(1_000, 20, 3, 7);
    assertThat(plan.all()).isEqualTo(1_000);
    assertThat(plan.kills())
        .hasSize(20)
        .isSortedAccordingTo((a, b) -> Integer.compare(a.afterJobs(), b.afterJobs()))
        .allMatch(kill -> kill.afterJobs() >= 100 && kill.afterJobs() < 900)
        .allMatch(kill -> kill.worker() >= 0 && kill.worker() < 3);
  }

  @Test
  void a_single_message_is_enough() {
    assertThat(ChaosPlan.make(1, 0, 1, 1).all()).isEqualTo(1);
  }
}
