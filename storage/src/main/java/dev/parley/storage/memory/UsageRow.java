package dev.parley.storage.memory;

import dev.parley.schemas.SessionId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.UsageStore.UsageSum;
import dev.parley.storage.json.StoredTime;
import dev.parley.storage.usage.UsageGrain;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An event or a cell, with what it adds to a sum. */
record UsageRow(
    TenantId tenantId,
    @Nullable SessionId sessionId,
    @Nullable String botId,
    String provider,
    String model,
    Instant time,
    UsageSum amount) {

  private static final DateTimeFormatter HOUR =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssXXX");
  private static final long NANOS_OF_HOUR = 3_600_000_000_000L;
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuu-MM-dd");
  private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("uuuu-MM");

  static UsageRow of(UsageEvent event) {
    BigDecimal cost = event.costUSD();
    return new UsageRow(
        event.tenantId(),
        event.sessionId(),
        event.botId(),
        event.provider(),
        event.model(),
        event.timestamp(),
        new UsageSum(
            List.of(),
            event.requests(),
            event.inputTokens(),
            event.outputTokens(),
            event.reasoningTokens(),
            event.cachedTokens(),
            event.cachedWriteTokens(),
            cost == null ? BigDecimal.ZERO : cost,
            event.unpricedRequests()));
  }

  static UsageRow of(UsageTotal total) {
    return new UsageRow(
        total.cell().tenantId(),
        null,
        null,
        total.cell().provider(),
        total.cell().model(),
        total.cell().hour(),
        new UsageSum(
            List.of(),
            total.requestCount(),
            total.inputTokens(),
            total.outputTokens(),
            total.reasoningTokens(),
            total.cachedTokens(),
            total.cachedWriteTokens(),
            total.costUSD(),
            total.unpricedRequestCount()));
  }

  /** The event with its time as it is stored. */
  static UsageEvent cut(UsageEvent event) {
    return event.with(event.metadata(), StoredTime.cut(event.timestamp()));
  }

  boolean matches(UsageFilter filter) {
    return (filter.tenantId() == null || filter.tenantId().equals(tenantId))
        && (filter.sessionId() == null || filter.sessionId().equals(sessionId))
        && (filter.botId() == null || filter.botId().equals(botId))
        && (filter.model() == null || filter.model().equals(model))
        && (filter.provider() == null || filter.provider().equals(provider))
        && (filter.since() == null || !time.isBefore(filter.since()))
        && (filter.until() == null || time.isBefore(filter.until()));
  }

  /** Whether the totals answer for the hour that this lies in. */
  boolean isOfTotals(@Nullable UsageGrain grain, List<UsageDimension> groupBy, ZoneId zone) {
    if (grain == null || grain.parts() == UsageGrain.Parts.SESSION_DAYS) {
      return false;
    }
    Instant hour = time.truncatedTo(ChronoUnit.HOURS);
    return (grain.since() == null || !hour.isBefore(grain.since()))
        && (grain.until() == null || hour.isBefore(grain.until()))
        && (grain.parts() == UsageGrain.Parts.HOURS
            || groupBy.stream()
                .allMatch(dimension ->
                    Objects.equals(
                        at(hour).value(dimension, zone),
                        at(hour.plus(UsageGrain.REST_OF_HOUR)).value(dimension, zone))));
  }

  private UsageRow at(Instant other) {
    return new UsageRow(tenantId, sessionId, botId, provider, model, other, amount);
  }

  static List<UsageSum> sum(Stream<UsageRow> rows, List<UsageDimension> groupBy, ZoneId zone) {
    Map<List<@Nullable String>, UsageSum> sums = new HashMap<>();
    if (groupBy.isEmpty()) {
      sums.put(List.of(), nothing());
    }
    rows.forEach(row -> {
      List<@Nullable String> group = new ArrayList<>();
      groupBy.forEach(dimension -> group.add(row.value(dimension, zone)));
      sums.merge(group, named(group, row.amount()), UsageRow::add);
    });
    return sums.values().stream().sorted(BY_GROUP).toList();
  }

  private @Nullable String value(UsageDimension dimension, ZoneId zone) {
    ZonedDateTime local = time.atZone(zone);
    return switch (dimension) {
      case TENANT -> tenantId.value();
      case PROVIDER -> provider;
      case MODEL -> model;
      case SESSION -> sessionId == null ? null : sessionId.value();
      case BOT -> botId;
      case HOUR ->
          // by the instant: where clocks change by half an hour, an hour by name may begin twice
          HOUR.format(
              time.minusNanos(local.toLocalTime().toNanoOfDay() % NANOS_OF_HOUR).atZone(zone));
      case DAY -> DAY.format(local);
      case MONTH -> MONTH.format(local);
    };
  }

  private static final Comparator<@Nullable String> NULLS_LAST =
      Comparator.nullsLast(Comparator.naturalOrder());

  private static final Comparator<UsageSum> BY_GROUP =
      (a, b) -> {
        for (int i = 0; i < a.group().size(); i++) {
          int compared = NULLS_LAST.compare(a.group().get(i), b.group().get(i));
          if (compared != 0) {
            return compared;
          }
        }
        return 0;
      };

  private static UsageSum nothing() {
    return new UsageSum(List.of(), 0, 0, 0, 0, 0, 0, BigDecimal.ZERO, 0);
  }

  private static UsageSum named(List<@Nullable String> group, UsageSum amount) {
    return add(new UsageSum(group, 0, 0, 0, 0, 0, 0, BigDecimal.ZERO, 0), amount);
  }

  private static UsageSum add(UsageSum a, UsageSum b) {
    return new UsageSum(
        a.group(),
        a.requestCount() + b.requestCount(),
        a.inputTokens() + b.inputTokens(),
        a.outputTokens() + b.outputTokens(),
        a.reasoningTokens() + b.reasoningTokens(),
        a.cachedTokens() + b.cachedTokens(),
        a.cachedWriteTokens() + b.cachedWriteTokens(),
        a.costUSD().add(b.costUSD()),
        a.unpricedRequestCount() + b.unpricedRequestCount());
  }
}
