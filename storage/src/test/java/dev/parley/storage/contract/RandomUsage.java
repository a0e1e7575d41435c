package dev.parley.storage.contract;

import static java.util.Objects.requireNonNull;

import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import dev.parley.storage.UsageAudit.Measures;
import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.UsageStore.UsageSum;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Random usage over weeks with changes of the clock in them, its totals, random questions, and
 * their answers by a plain walk over the rows with whole numbers of 10^-18 dollars.
 */
final class RandomUsage {

  private static final Instant BEGIN = Instant.parse("2026-03-20T00:00:00Z");
  private static final int MINUTES = 24 * 60 * 25;
  private static final int BUSY_HOURS = 10;
  private static final int SCALE = 18;
  private static final List<String> ZONES =
      List.of(
          "UTC",
          "Europe/Berlin",
          "Asia/Kolkata",
          "Asia/Kathmandu",
          "Australia/Lord_Howe",
          "America/St_Johns",
          "Pacific/Chatham",
          "+05:45",
          "-03:30");

  private final SplittableRandom random;
  private final TenantId tenant;
  private final Map<SessionKey, List<UsageEvent>> sessions = new LinkedHashMap<>();
  private final List<UsageEvent> events = new ArrayList<>();
  private final List<Instant> busy = new ArrayList<>();

  record Question(UsageFilter filter, List<UsageDimension> groupBy, ZoneId zone) {}

  RandomUsage(SplittableRandom random, TenantId tenant) {
    this.random = random;
    this.tenant = tenant;
    for (int i = 0; i < BUSY_HOURS; i++) {
      busy.add(BEGIN.plus(random.nextInt(MINUTES / 60), ChronoUnit.HOURS));
    }
    for (int session = 0; session < 3; session++) {
      sessions.put(Samples.session(tenant), new ArrayList<>());
    }
    more(700);
  }

  /** Adds so many events to each session and returns them, corrections among them. */
  Map<SessionKey, List<UsageEvent>> more(int count) {
    Map<SessionKey, List<UsageEvent>> added = new LinkedHashMap<>();
    sessions.forEach((key, own) -> {
      List<UsageEvent> fresh = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        fresh.add(event(key));
        if (random.nextInt(10) == 0) {
          fresh.add(Samples.correction(fresh.getLast(), 1, cost().negate().toPlainString()));
        }
      }
      added.put(key, fresh);
      own.addAll(fresh);
      events.addAll(fresh);
    });
    return added;
  }

  private UsageEvent event(SessionKey session) {
    BigDecimal cost = random.nextInt(9) == 0 ? null : cost();
    return Samples.usage(Samples.job(), session, 1, time(), "m" + random.nextInt(3), cost);
  }

  private BigDecimal cost() {
    return BigDecimal.valueOf(random.nextLong(1L << 50), random.nextInt(SCALE));
  }

  /** Often at a bound, or a millisecond before it. */
  private Instant time() {
    Instant minute =
        random.nextBoolean()
            ? BEGIN.plus(random.nextInt(MINUTES), ChronoUnit.MINUTES)
            : busy.get(random.nextInt(BUSY_HOURS)).plus(random.nextInt(60), ChronoUnit.MINUTES);
    return switch (random.nextInt(4)) {
      case 0 -> quarter(minute);
      case 1 -> quarter(minute).minusMillis(1);
      default -> minute.plusMillis(random.nextInt(60_000));
    };
  }

  private static Instant quarter(Instant time) {
    return Instant.ofEpochSecond(time.getEpochSecond() / 900 * 900);
  }

  Map<SessionKey, List<UsageEvent>> sessions() {
    return sessions;
  }

  List<UsageTotal> totals() {
    Map<UsageTotal.Cell, Measures> cells = new HashMap<>();
    for (UsageEvent event : events) {
      UsageTotal.Cell cell =
          new UsageTotal.Cell(
              tenant,
              event.timestamp().truncatedTo(ChronoUnit.HOURS),
              event.provider(),
              event.model());
      cells.merge(cell, Measures.of(event), Measures::plus);
    }
    List<UsageTotal> totals = new ArrayList<>();
    cells.forEach((cell, sum) ->
        totals.add(
            new UsageTotal(
                cell,
                sum.eventCount(),
                sum.requestCount(),
                sum.inputTokens(),
                sum.outputTokens(),
                sum.reasoningTokens(),
                sum.cachedTokens(),
                sum.cachedWriteTokens(),
                sum.costUSD(),
                sum.unpricedRequestCount(),
                sum.estimatedRequestCount())));
    return totals;
  }

  Question question() {
    Instant since = random.nextInt(3) == 0 ? null : bound();
    Instant until = random.nextInt(3) == 0 ? null : bound();
    if (since != null && until != null && since.isAfter(until)) {
      Instant swapped = since;
      since = until;
      until = swapped;
    }
    EnumSet<UsageDimension> chosen = EnumSet.noneOf(UsageDimension.class);
    for (UsageDimension dimension : UsageDimension.values()) {
      if (random.nextInt(4) == 0) {
        chosen.add(dimension);
      }
    }
    return new Question(
        new UsageFilter(
            tenant,
            random.nextInt(6) == 0 ? events.getFirst().sessionId() : null,
            random.nextInt(8) == 0 ? "bot-1" : null,
            random.nextInt(4) == 0 ? "m1" : null,
            random.nextInt(6) == 0 ? "provider-a" : null,
            since,
            until),
        List.copyOf(chosen),
        ZoneId.of(ZONES.get(random.nextInt(ZONES.size()))));
  }

  private Instant bound() {
    Instant time = time();
    return random.nextInt(3) == 0 ? time.truncatedTo(ChronoUnit.HOURS) : time;
  }

  /** What has to come out, by group. */
  Map<String, String> answer(Question question) {
    Map<String, BigInteger[]> sums = new TreeMap<>();
    if (question.groupBy().isEmpty()) {
      sums.put("[]", zeros());
    }
    for (UsageEvent event : events) {
      if (!isIn(event, question.filter())) {
        continue;
      }
      List<@Nullable String> group = new ArrayList<>();
      question.groupBy().forEach(each -> group.add(value(event, each, question.zone())));
      BigInteger[] sum = sums.computeIfAbsent(group.toString(), key -> zeros());
      boolean call = event.correction() == null;
      add(sum, 0, call ? 1 : 0);
      add(sum, 1, event.inputTokens());
      add(sum, 2, event.outputTokens());
      add(sum, 3, event.reasoningTokens());
      add(sum, 4, event.cachedTokens());
      add(sum, 5, event.cachedWriteTokens());
      if (event.costUSD() == null) {
        add(sum, 6, 1);
      } else {
        sum[7] = sum[7].add(event.costUSD().movePointRight(SCALE).toBigIntegerExact());
      }
      if (!call && requireNonNull(event.correction()).wasUnpriced()) {
        add(sum, 6, -1);
      }
    }
    Map<String, String> answer = new TreeMap<>();
    sums.forEach((group, sum) -> answer.put(group, Arrays.toString(sum)));
    return answer;
  }

  Map<String, String> describe(List<UsageSum> sums) {
    Map<String, String> described = new TreeMap<>();
    for (UsageSum sum : sums) {
      described.put(
          sum.group().toString(),
          List.of(
                  sum.requestCount(),
                  sum.inputTokens(),
                  sum.outputTokens(),
                  sum.reasoningTokens(),
                  sum.cachedTokens(),
                  sum.cachedWriteTokens(),
                  sum.unpricedRequestCount(),
                  sum.costUSD().movePointRight(SCALE).toBigIntegerExact())
              .toString());
    }
    return described;
  }

  private static boolean isIn(UsageEvent event, UsageFilter filter) {
    return (filter.sessionId() == null || filter.sessionId().equals(event.sessionId()))
        && (filter.botId() == null || filter.botId().equals(event.botId()))
        && (filter.model() == null || filter.model().equals(event.model()))
        && (filter.provider() == null || filter.provider().equals(event.provider()))
        && (filter.since() == null || event.timestamp().compareTo(filter.since()) >= 0)
        && (filter.until() == null || event.timestamp().compareTo(filter.until()) < 0);
  }

  private static @Nullable String value(UsageEvent event, UsageDimension by, ZoneId zone) {
    ZonedDateTime local = event.timestamp().atZone(zone);
    return switch (by) {
      case TENANT -> event.tenantId().value();
      case PROVIDER -> event.provider();
      case MODEL -> event.model();
      case SESSION -> event.sessionId().value();
      case BOT -> event.botId();
      case HOUR -> hour(local);
      case DAY -> local.toLocalDate().toString();
      case MONTH -> local.toLocalDate().toString().substring(0, 7);
    };
  }

  private static String hour(ZonedDateTime local) {
    // as far back as the clock on the wall shows minutes and more
    Instant begin =
        local
            .toInstant()
            .minusMillis(local.get(java.time.temporal.ChronoField.MILLI_OF_DAY) % 3_600_000);
    OffsetDateTime shown = begin.atZone(local.getZone()).toOffsetDateTime();
    String text = shown.toLocalDateTime().truncatedTo(ChronoUnit.SECONDS).toString();
    return text + (text.length() == 16 ? ":00" : "") + shown.getOffset().getId();
  }

  private static BigInteger[] zeros() {
    BigInteger[] zeros = new BigInteger[8];
    Arrays.fill(zeros, BigInteger.ZERO);
    return zeros;
  }

  private static void add(BigInteger[] sum, int index, long value) {
    sum[index] = sum[index].add(BigInteger.valueOf(value));
  }
}
