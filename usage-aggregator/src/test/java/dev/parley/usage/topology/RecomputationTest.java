package dev.parley.usage.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageCounts;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
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
    Map<String, UsageCounts> counts = new HashMap<>();
    Map<String, long[]> counted = new HashMap<>();
    try {
      for (int i = 0; i < EVENTS; i++) {
        now = now.plusMillis(random.nextInt(20_000));
        UsageEvent event =
            random.nextInt(5) == 0 && !raw.isEmpty()
                ? raw.get(raw.size() - 1 - random.nextInt(Math.min(raw.size(), 1_000)))
                : randomEvent(i, now, random);
        raw.add(event);
        // A tenant is spread or is not: whether an event comes twice is known where its copies are.
        rig.append(now, event, event.tenantId().value().endsWith("1"));
        count(counted, now, event, raw);
        if (random.nextInt(30) == 0) {
          rig.raw(now, event.tenantId().value().getBytes(UTF_8), new byte[] {'{'}, "1");
          add(counted, event.tenantId(), now, 0, 3);
        }
        if (random.nextInt(50) == 0) {
          published.putAll(rig.totals());
        }
        if (random.nextInt(400) == 0) {
          published.putAll(rig.totals());
          counts.putAll(rig.counts());
          assertThat(rig.deadLetters()).allSatisfy(letter -> assertThat(letter.value()).hasSize(1));
          rig = rig.restart(stateDir);
        }
      }
      published.putAll(rig.totals());
      counts.putAll(rig.counts());
    } finally {
      rig.close();
    }
    assertThat(describe(published)).as("seed %s", seed).isEqualTo(recompute(raw));
    assertThat(describeCounts(counts)).as("seed %s", seed).isEqualTo(describeCounted(counted));
  }

  /** By the plain list: a copy is what stands in it already, and late is what was read too late. */
  private static void count(
      Map<String, long[]> counted, Instant now, UsageEvent event, List<UsageEvent> raw) {
    boolean copy =
        raw.subList(0, raw.size() - 1).stream()
            .anyMatch(before -> before.eventId().equals(event.eventId()));
    Instant hourEnd = event.timestamp().truncatedTo(ChronoUnit.HOURS).plusSeconds(3600);
    boolean late = Duration.between(hourEnd, now).compareTo(Duration.ofHours(1)) > 0;
    add(counted, event.tenantId(), event.timestamp(), 0, copy ? 2 : late ? 4 : 1);
  }

  private static void add(
      Map<String, long[]> counted, TenantId tenant, Instant time, int... which) {
    long[] counts =
        counted.computeIfAbsent(
            tenant + "/" + time.toString().substring(0, 13) + "Z/0", key -> new long[5]);
    for (int i : which) {
      counts[i]++;
    }
  }

  private static Map<String, String> describeCounted(Map<String, long[]> counted) {
    Map<String, String> described = new TreeMap<>();
    counted.forEach((key, counts) -> described.put(key, java.util.Arrays.toString(counts)));
    return described;
  }

  private static Map<String, String> describeCounts(Map<String, UsageCounts> counts) {
    Map<String, String> described = new TreeMap<>();
    counts.forEach((key, value) ->
        described.put(
            key,
            List.of(
                    value.read(),
                    value.aggregated(),
                    value.duplicate(),
                    value.deadLettered(),
                    value.late())
                .toString()));
    return described;
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
