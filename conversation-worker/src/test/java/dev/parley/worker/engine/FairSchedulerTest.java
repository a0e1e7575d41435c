package dev.parley.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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
import org.junit.jupiter.api.Test;

class FairSchedulerTest {

  private record Lane(String tenant, int number) {}

  private final Map<String, Integer> weights = new HashMap<>();
  private final Map<String, Integer> caps = new HashMap<>();
  private final AtomicLong ticks = new AtomicLong();
  private final TenantPolicy policy =
      new TenantPolicy() {
        @Override
        public int weight(String tenant) {
          return weights.getOrDefault(tenant, 1);
        }

        @Override
        public int maxInFlight(String tenant) {
          return caps.getOrDefault(tenant, Integer.MAX_VALUE);
        }
      };

  @Test
  void sharesTurnsByWeight() {
    weights.putAll(Map.of("a", 1, "b", 2, "c", 5));
    FairScheduler<Lane> scheduler = scheduler(1);
    for (String tenant : List.of("a", "b", "c")) {
      add(scheduler, tenant, 10);
    }
    Map<String, Integer> turns = new HashMap<>();
    for (int i = 0; i < 8_000; i++) {
      turns.merge(turnOf(scheduler), 1, Integer::sum);
    }
    assertThat(turns.get("a")).isCloseTo(1_000, within(2));
    assertThat(turns.get("b")).isCloseTo(2_000, within(2));
    assertThat(turns.get("c")).isCloseTo(5_000, within(2));
  }

  @Test
  void aTenantWithAMillionLanesDoesNotHoldUpAnothersFirst() {
    FairScheduler<Lane> scheduler = scheduler(1);
    add(scheduler, "noisy", 100_000);
    for (int i = 0; i < 1_000; i++) {
      turnOf(scheduler);
    }
    add(scheduler, "quiet", 1);
    assertThat(turnOf(scheduler)).isEqualTo("quiet");
  }

  @Test
  void idlingEarnsNoCredit() {
    FairScheduler<Lane> scheduler = scheduler(1);
    add(scheduler, "idler", 1);
    add(scheduler, "worker", 10);
    // The idler has had its turn and goes; the worker goes on alone.
    FairScheduler.Permit<Lane> idlers = Objects.requireNonNull(scheduler.next());
    assertThat(idlers.lane().tenant()).isEqualTo("idler");
    scheduler.release(idlers);
    for (int i = 0; i < 1_000; i++) {
      turnOf(scheduler);
    }
    add(scheduler, "idler", 10);
    Map<String, Integer> turns = new HashMap<>();
    for (int i = 0; i < 100; i++) {
      turns.merge(turnOf(scheduler), 1, Integer::sum);
    }
    assertThat(turns.get("idler")).isCloseTo(50, within(1));
  }

  @Test
  void beingHeldAtTheCapEarnsNoCredit() {
    caps.put("capped", 1);
    FairScheduler<Lane> scheduler = scheduler(2);
    add(scheduler, "capped", 10);
    FairScheduler.Permit<Lane> held = Objects.requireNonNull(scheduler.next());
    add(scheduler, "other", 10);
    for (int i = 0; i < 1_000; i++) {
      assertThat(turnOf(scheduler)).isEqualTo("other");
    }
    again(scheduler, held);
    caps.clear();
    Map<String, Integer> turns = new HashMap<>();
    for (int i = 0; i < 100; i++) {
      turns.merge(turnOf(scheduler), 1, Integer::sum);
    }
    assertThat(turns.get("capped")).isCloseTo(50, within(1));
  }

  @Test
  void comingAndGoingDoesNotClearADebt() {
    weights.put("heavy", 100);
    FairScheduler<Lane> scheduler = scheduler(1);
    add(scheduler, "heavy", 10);
    add(scheduler, "light", 1);
    int light = 0;
    for (int i = 0; i < 10_100; i++) {
      FairScheduler.Permit<Lane> permit = Objects.requireNonNull(scheduler.next());
      if (permit.lane().tenant().equals("light")) {
        // Idle for a moment: gone as far as the scheduler can see.
        light++;
        scheduler.release(permit);
        add(scheduler, "light", 1);
      } else {
        again(scheduler, permit);
      }
    }
    assertThat(light).isCloseTo(100, within(3));
  }

  @Test
  void anEndlessStreamOfNewTenantsDoesNotStarveOneThatWaits() {
    FairScheduler<Lane> scheduler = scheduler(1);
    add(scheduler, "old", 10);
    int old = 0;
    for (int i = 0; i < 1_000; i++) {
      add(scheduler, "new" + i, 1);
      FairScheduler.Permit<Lane> permit = Objects.requireNonNull(scheduler.next());
      if (permit.lane().tenant().equals("old")) {
        old++;
        again(scheduler, permit);
      } else {
        scheduler.release(permit);
      }
    }
    assertThat(old).isGreaterThan(5);
  }

  @Test
  void capsHold() {
    caps.putAll(Map.of("a", 2, "b", 3));
    FairScheduler<Lane> scheduler = scheduler(4);
    add(scheduler, "a", 10);
    add(scheduler, "b", 10);
    int turns = 0;
    while (scheduler.next() != null) {
      turns++;
    }
    assertThat(turns).isEqualTo(4);
    assertThat(scheduler.inFlightByTenant()).containsEntry("a", 2).containsEntry("b", 2);
  }

  @Test
  void aPriorityIsWorthWaitingTimeSoThatNothingStarves() {
    FairScheduler<Lane> scheduler = scheduler(1);
    Lane low = new Lane("t", 0);
    Lane high = new Lane("t", 1);
    scheduler.ready("t", 0, low);
    scheduler.ready("t", 1, high);
    FairScheduler.Permit<Lane> first = Objects.requireNonNull(scheduler.next());
    assertThat(first.lane()).isEqualTo(high);
    scheduler.release(first);
    ticks.addAndGet(FairScheduler.PRIORITY_STEP.plusMillis(1).toNanos());
    scheduler.ready("t", 1, high);
    assertThat(Objects.requireNonNull(scheduler.next()).lane()).isEqualTo(low);
  }

  @Test
  void aPermitIsReleasedOnce() {
    FairScheduler<Lane> scheduler = scheduler(1);
    add(scheduler, "a", 1);
    FairScheduler.Permit<Lane> permit = Objects.requireNonNull(scheduler.next());
    scheduler.release(permit);
    assertThatThrownBy(() -> scheduler.release(permit)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void withdrawnLanesCostNothing() {
    FairScheduler<Lane> scheduler = scheduler(1);
    add(scheduler, "a", 1_000);
    add(scheduler, "b", 2);
    scheduler.withdraw(lane -> lane.tenant().equals("a") && lane.number() > 1);
    List<String> turns = new ArrayList<>();
    for (var permit = scheduler.next(); permit != null; permit = scheduler.next()) {
      turns.add(permit.lane().tenant());
      scheduler.release(permit);
    }
    assertThat(turns).containsExactly("a", "b", "a", "b");
  }

  @Test
  void theBooksAddUpAndNobodyStarvesAfterAnyInterleaving() {
    Random random = Seeds.random();
    for (int round = 0; round < 50; round++) {
      interleave(random);
    }
  }

  private void interleave(Random random) {
    weights.clear();
    caps.clear();
    int tenants = 1 + random.nextInt(30);
    for (int t = 0; t < tenants; t++) {
      weights.put("t" + t, 1 + random.nextInt(20));
      caps.put("t" + t, 1 + random.nextInt(5));
    }
    int maxInFlight = 1 + random.nextInt(20);
    FairScheduler<Lane> scheduler = scheduler(maxInFlight);
    List<FairScheduler.Permit<Lane>> permits = new ArrayList<>();
    Set<Lane> waiting = new HashSet<>();
    for (int step = 0; step < 1_000; step++) {
      ticks.addAndGet(random.nextInt(1_000_000));
      switch (random.nextInt(4)) {
        case 0 -> {
          Lane lane = new Lane("t" + random.nextInt(tenants), step);
          waiting.add(lane);
          scheduler.ready(lane.tenant(), random.nextInt(5), lane);
        }
        case 1 -> {
          var permit = scheduler.next();
          if (permit != null) {
            assertThat(waiting.remove(permit.lane())).isTrue();
            permits.add(permit);
          } else if (permits.size() < maxInFlight) {
            for (Lane lane : waiting) {
              long flying =
                  permits.stream().filter(p -> p.lane().tenant().equals(lane.tenant())).count();
              assertThat(flying).isGreaterThanOrEqualTo(caps.get(lane.tenant()));
            }
          }
        }
        case 2 -> {
          if (!permits.isEmpty()) {
            scheduler.release(permits.remove(random.nextInt(permits.size())));
          }
        }
        default -> {
          if (random.nextInt(20) == 0) {
            int remainder = random.nextInt(3);
            scheduler.withdraw(lane -> lane.number() % 3 == remainder);
            waiting.removeIf(lane -> lane.number() % 3 == remainder);
          }
        }
      }
      scheduler.checkInvariants();
    }
    permits.forEach(scheduler::release);
    for (var permit = scheduler.next(); permit != null; permit = scheduler.next()) {
      assertThat(waiting.remove(permit.lane())).isTrue();
      scheduler.release(permit);
    }
    assertThat(waiting).isEmpty();
    assertThat(scheduler.inFlight()).isZero();
  }

  @Test
  void manyTenantsThatCameOnceAreForgotten() {
    FairScheduler<Lane> scheduler = scheduler(2);
    add(scheduler, "steady", 1);
    FairScheduler.Permit<Lane> held = Objects.requireNonNull(scheduler.next());
    for (int i = 0; i < 100_000; i++) {
      add(scheduler, "t" + i, 1);
      scheduler.release(Objects.requireNonNull(scheduler.next()));
    }
    assertThat(scheduler.tenants()).isLessThan(5_000);
    scheduler.release(held);
    assertThat(scheduler.tenants()).isZero();
  }

  private FairScheduler<Lane> scheduler(int maxInFlight) {
    return new FairScheduler<>(maxInFlight, policy, ticks::get);
  }

  private static void add(FairScheduler<Lane> scheduler, String tenant, int lanes) {
    for (int i = 0; i < lanes; i++) {
      scheduler.ready(tenant, 0, new Lane(tenant, i));
    }
  }

  /** Runs a turn, after which the lane is ready again. */
  private String turnOf(FairScheduler<Lane> scheduler) {
    ticks.addAndGet(Duration.ofMillis(1).toNanos());
    FairScheduler.Permit<Lane> permit = Objects.requireNonNull(scheduler.next());
    again(scheduler, permit);
    return permit.lane().tenant();
  }

  private static void again(FairScheduler<Lane> scheduler, FairScheduler.Permit<Lane> permit) {
    scheduler.release(permit);
    scheduler.ready(permit.lane().tenant(), 0, permit.lane());
  }
}
