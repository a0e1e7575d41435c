package dev.parley.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.storage.limits.TokenBuckets;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Calls that wait at a limit, in a time of their own. */
final class FairWaitingTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long PER_MINUTE = 600;

  private long now;
  private final Random random = new Random(7);
  private CallLimit limit = limitOf(PER_MINUTE);
  private final PriorityQueue<Call> coming =
      new PriorityQueue<>((a, b) -> Long.compare(a.at - b.at, 0));
  private final Map<String, List<Long>> served = new HashMap<>();
  private final Map<Long, Long> taken = new HashMap<>();
  private int visits;

  private record Call(String tenant, String key, long tokens, long at, boolean comesBack) {
    Call again(long when) {
      return new Call(tenant, key, tokens, when, comesBack);
    }
  }

  @Test
  void aQuietTenantsCallsDoNotWaitBehindThoseOfALoudOne() {
    come("loud", 2_000, 0, 0);
    come("quiet", 10, 5 * SECOND, 0);

    run(30 * SECOND);

    // Its share is half of nine calls a second: ten calls take little more than two seconds.
    assertThat(served.get("quiet")).hasSize(10);
    assertThat(served.get("quiet").getLast() - 5 * SECOND).isLessThan(4 * SECOND);
    assertThat(served.get("loud")).hasSizeGreaterThan(290);
  }

  @Test
  void tenantsThatBothHaveMuchToAskShareTheLimitEvenly() {
    come("early", 2_000, 0, 0);
    come("late", 2_000, 10 * SECOND, 0);

    run(70 * SECOND);

    long from = 12 * SECOND;
    long early = served.get("early").stream().filter(at -> at > from).count();
    long late = served.get("late").stream().filter(at -> at > from).count();
    assertThat((double) late / early).isBetween(0.9, 1.1);
    assertThat(early + late).isGreaterThan(500);
  }

  @Test
  void manyTenantsThatTrickleInBesideALoudOneAllGetOn() {
    come("loud", 3_000, 0, 0);
    for (int i = 0; i < 40; i++) {
      come("quiet-" + i, 3, SECOND + i * SECOND, SECOND / 2);
    }

    run(60 * SECOND);

    for (int i = 0; i < 40; i++) {
      List<Long> own = served.get("quiet-" + i);
      assertThat(own).as("quiet-" + i).hasSize(3);
      assertThat(own.getLast() - (SECOND + i * SECOND)).isLessThan(4 * SECOND);
    }
    assertThat(served.get("loud").size() + 120).isGreaterThan(550);
    // Whoever comes in vain loads a session for nothing.
    assertThat(visits).isLessThan(6_800);
  }

  @Test
  void nobodyIsKeptWaitingForThoseWhoWentElsewhere() {
    for (int i = 0; i < 2_000; i++) {
      coming.add(new Call("overflowing", "o" + i, 1, i * SECOND / 100, false));
    }
    come("patient", 2_000, SECOND, 0);

    run(61 * SECOND);

    int all = served.values().stream().mapToInt(List::size).sum();
    assertThat(all).isGreaterThan(550);
    assertThat(served.get("patient")).hasSizeGreaterThan(450);
  }

  @Test
  void aLargeCallGetsItsTurnBesideManySmallOnes() {
    limit = limitOf(6_000);
    come("small", 5_000, 50, 0, 0);
    come("large", 5, 500, 5 * SECOND, 0);

    run(80 * SECOND);

    // Ninety tokens a second: a turn of each takes six, the large call's the most of it.
    assertThat(served.get("large")).hasSize(5);
    assertThat(served.get("large").getFirst()).isLessThan(15 * SECOND);
    assertThat(served.get("large").getLast()).isLessThan(60 * SECOND);
    assertThat(used(80 * SECOND)).isGreaterThan(7_000);
  }

  @Test
  void largeAndSmallCallsThatNeverEndTakeTurns() {
    limit = limitOf(6_000);
    come("large", 500, 500, 0, 0);
    come("small", 5_000, 50, 0, 0);

    run(600 * SECOND);

    assertThat(served.get("large")).hasSizeGreaterThan(40);
    assertThat(served.get("small")).hasSizeGreaterThan(90);
    assertThat(longestGap("large")).isLessThan(30 * SECOND);
    assertThat(longestGap("small")).isLessThan(30 * SECOND);
    assertThat(used(600 * SECOND)).isGreaterThan(51_000);
  }

  @Test
  void aCallThatIsLargerThanTheLimitHoldsAtOnceGetsItsTurnToo() {
    limit = limitOf(6_000);
    come("small", 5_000, 50, 0, 0);
    come("huge", 2, 1_500, 5 * SECOND, 0);

    run(120 * SECOND);

    assertThat(served.get("huge")).hasSize(2);
    assertThat(served.get("huge").getFirst()).isLessThan(20 * SECOND);
    assertThat(served.get("small")).hasSizeGreaterThan(50);
  }

  private CallLimit limitOf(long perMinute) {
    return new CallLimit(
        "told/*", "tokens", perMinute, new Refilled(), () -> now, new SimpleMeterRegistry());
  }

  private long used(long until) {
    return taken.entrySet().stream()
        .filter(entry -> entry.getKey() <= until)
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private long longestGap(String tenant) {
    long gap = 0;
    long before = 0;
    for (long at : served.get(tenant)) {
      gap = Math.max(gap, at - before);
      before = at;
    }
    return gap;
  }

  private void come(String tenant, int calls, long from, long apart) {
    come(tenant, calls, 1, from, apart);
  }

  private void come(String tenant, int calls, long tokens, long from, long apart) {
    for (int i = 0; i < calls; i++) {
      coming.add(new Call(tenant, tenant + "-" + i, tokens, from + i * apart, true));
    }
  }

  /** As the engine does, which brings a call back when its time has come, or some moments later. */
  private void run(long until) {
    while (!coming.isEmpty() && coming.peek().at <= until) {
      Call call = coming.poll();
      now = call.at;
      visits++;
      Duration wait = limit.take(call.tenant, call.key, call.tokens);
      if (wait == null) {
        limit.served(call.tenant);
        taken.merge(now, call.tokens, Long::sum);
        served.computeIfAbsent(call.tenant, name -> new ArrayList<>()).add(now);
      } else if (call.comesBack) {
        long late = random.nextLong(SECOND / 100);
        coming.add(call.again(now + wait.toNanos() + late));
      }
    }
  }

  /** Refilled by the time of the test. */
  private final class Refilled implements TokenBuckets {
    private double tokens = Double.NaN;
    private long countedUntil;

    @Override
    public @Nullable Duration take(Bucket bucket, long wanted) {
      double perNano = bucket.refillPerMinute() / 60e9;
      tokens = Double.isNaN(tokens) ? bucket.capacity() : tokens;
      tokens = Math.min((double) bucket.capacity(), tokens + (now - countedUntil) * perNano);
      countedUntil = now;
      long needed = Math.min(wanted, bucket.capacity());
      if (tokens < needed) {
        return Duration.ofNanos((long) Math.ceil((needed - tokens) / perNano));
      }
      tokens -= wanted;
      return null;
    }

    @Override
    public void settle(Bucket bucket, long used) {
      throw new UnsupportedOperationException();
    }
  }
}
