package dev.parley.usage.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random events with copies, late ones and restarts in between, added up again from the plain list
 * by other means: by strings and whole numbers of 10^-30 dollars.
 */
final class RecomputationTest {

  private static final int EVENTS = 4_000;
  private static final int SCALE = 30;

  @TempDir private Path stateDir;

  @Test
  void totalsEqualAnIndependentRecomputationToTheLastDigit() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("RecomputationTest -Dseed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    List<UsageEvent> raw = new ArrayList<>();
    TopologyRig rig = new TopologyRig(stateDir);
    Instant now = Events.NOON;
    Map<String, UsageTotal> published = new HashMap<>();
    try {
      for (int i = 0; i < EVENTS; i++) {
        now = now.plusMillis(random.nextInt(20_000));
        UsageEvent event =
            random.nextInt(5) == 0 && !raw.isEmpty()
                ? raw.get(raw.size() - 1 - random.nextInt(Math.min(raw.size(), 1_000)))
                : randomEvent(i, now, random);
        raw.add(event);
        rig.append(now, event);
        if (random.nextInt(50) == 0) {
          published.putAll(rig.totals());
        }
        if (random.nextInt(400) == 0) {
          published.putAll(rig.totals());
          rig = rig.restart(stateDir);
        }
      }
      published.putAll(rig.totals());
      assertThat(rig.deadLetters()).isEmpty();
    } finally {
      rig.close();
    }
    assertThat(describe(published)).as("seed %s", seed).isEqualTo(recompute(raw));
  }

  private static UsageEvent randomEvent(int i, Instant now, RandomGenerator random) {
    Duration age =
        random.nextInt(20) == 0
            ? Duration.ofHours(random.nextInt(24 * 60))
            : Duration.ofSeconds(random.nextInt(30));
    String cost =
        switch (random.nextInt(8)) {
          case 0 -> null;
          case 1 -> "0";
          default -> new BigDecimal(new BigInteger(70, toRandom(random)), SCALE).toPlainString();
        };
    Events event =
        Events.of("event-" + i)
            .tenant("tenant-" + random.nextInt(5))
            .model("model/" + random.nextInt(4))
            .at(now.minus(age))
            .tokens(random.nextInt(100_000))
            .cost(cost);
    return (random.nextBoolean() ? event : event.guessed()).build();
  }

  private static java.util.Random toRandom(RandomGenerator random) {
    return new java.util.Random(random.nextLong());
  }

  private static Map<String, String> recompute(List<UsageEvent> raw) {
    Map<String, UsageEvent> unique = new HashMap<>();
    raw.forEach(event -> unique.put(event.eventId(), event));
    Map<String, BigInteger[]> sums = new HashMap<>();
    for (UsageEvent event : unique.values()) {
      String hour = event.timestamp().toString().substring(0, 13);
      BigInteger[] sum =
          sums.computeIfAbsent(
              event.tenantId() + " " + hour + " " + event.provider() + " " + event.model(),
              key -> zeros());
      add(sum, 0, 1);
      add(sum, 1, event.inputTokens());
      add(sum, 2, event.outputTokens());
      add(sum, 3, event.reasoningTokens());
      add(sum, 4, event.cachedTokens());
      add(sum, 5, event.cachedWriteTokens());
      add(sum, 6, event.costUSD() == null ? 1 : 0);
      add(sum, 7, event.estimated() ? 1 : 0);
      if (event.costUSD() != null) {
        sum[8] = sum[8].add(event.costUSD().movePointRight(SCALE).toBigIntegerExact());
      }
    }
    Map<String, String> described = new HashMap<>();
    sums.forEach((key, sum) -> described.put(key, java.util.Arrays.toString(sum)));
    return described;
  }

  private static BigInteger[] zeros() {
    BigInteger[] zeros = new BigInteger[9];
    java.util.Arrays.fill(zeros, BigInteger.ZERO);
    return zeros;
  }

  private static void add(BigInteger[] sum, int index, long value) {
    sum[index] = sum[index].add(BigInteger.valueOf(value));
  }

  private static Map<String, String> describe(Map<String, UsageTotal> totals) {
    Map<String, String> described = new HashMap<>();
    for (UsageTotal total : totals.values()) {
      UsageTotal.Cell cell = total.cell();
      String hour = cell.hour().toString().substring(0, 13);
      described.put(
          cell.tenantId() + " " + hour + " " + cell.provider() + " " + cell.model(),
          List.of(
                  total.requestCount(),
                  total.inputTokens(),
                  total.outputTokens(),
                  total.reasoningTokens(),
                  total.cachedTokens(),
                  total.cachedWriteTokens(),
                  total.unpricedRequestCount(),
                  total.estimatedRequestCount(),
                  total.costUSD().movePointRight(SCALE).toBigIntegerExact())
              .toString());
    }
    return described;
  }
}
