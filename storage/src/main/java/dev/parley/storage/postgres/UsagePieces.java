package dev.parley.storage.postgres;

import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.usage.UsageGrain;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows that an answer is the sum of: of the totals and of rollups as far as they reach, and of
 * the ledger for the rest. Ledger rows are added up by what is asked and by the quarter of an hour
 * first, so that what a group is called is found out for few rows.
 */
final class UsagePieces {

  private static final String MEASURES =
      """
      request_count, input_tokens, output_tokens, reasoning_tokens, cached_tokens,
      cached_write_tokens, cost_usd, unpriced_request_count
      """;

  private static final String LEDGER_SUMS =
      """
      count(*) filter (where corrects is null) as request_count,
      sum(input_tokens)::bigint as input_tokens, sum(output_tokens)::bigint as output_tokens,
      sum(reasoning_tokens)::bigint as reasoning_tokens, sum(cached_tokens)::bigint as cached_tokens,
      sum(cached_write_tokens)::bigint as cached_write_tokens, sum(cost_usd) as cost_usd,
      count(*) filter (where cost_usd is null)
        - count(*) filter (where corrects_unpriced) as unpriced_request_count
      from usage_events
      """;

  private final @Nullable UsageGrain grain;
  private final UsageFilter filter;
  private final List<UsageDimension> groupBy;
  private final UsageBuckets buckets;

  /** Within which no group of time begins. */
  private final String bin;

  UsagePieces(UsageFilter filter, List<UsageDimension> groupBy, ZoneId zone) {
    UsageGrain fitting = UsageGrain.of(filter, groupBy, zone);
    boolean rolledUp = fitting != null && fitting.parts() != UsageGrain.Parts.HOURS;
    // rollups are looked up by tenant
    this.grain = rolledUp && filter.tenantId() == null ? null : fitting;
    this.filter = filter;
    this.groupBy = groupBy;
    this.buckets = new UsageBuckets(zone);
    this.bin = UsageGrain.hasQuarters(zone) ? "15 minutes" : "1 second";
  }

  /** What has to stand before the statement that the pieces are part of. */
  Sql with() {
    return grain == null || grain.parts() == UsageGrain.Parts.HOURS
        ? new Sql("")
        : rollup(grain).with(asked(grain));
  }

  /**
   * Rows with a column for each dimension, of which times are {@code instant}, and the measures.
   */
  Sql rows() {
    if (grain == null) {
      return ledger(filter.since(), filter.until());
    }
    Sql whole =
        switch (grain.parts()) {
          case HOURS -> totals(grain);
          case SPLIT_HOURS -> {
            UsageRollup rollup = rollup(grain);
            yield totals(grain)
                .plus(" and hour not in (select begins from asked)\nunion all\n")
                .plus(rolled(rollup, "hour", "quarter"))
                .plus("\nunion all\n")
                .plus(missing(rollup));
          }
          case SESSION_DAYS -> {
            UsageRollup rollup = rollup(grain);
            yield rolled(rollup, "day", "day").plus("\nunion all\n").plus(missing(rollup));
          }
        };
    return whole
        .plus(edge(filter.since(), grain.since()))
        .plus(edge(grain.until(), filter.until()));
  }

  private Sql asked(UsageGrain of) {
    return of.parts() == UsageGrain.Parts.SESSION_DAYS
        ? new Sql("true")
        : buckets.splits(groupBy, "begins");
  }

  private UsageRollup rollup(UsageGrain of) {
    return new UsageRollup(
        of.parts() == UsageGrain.Parts.SESSION_DAYS ? UsageRollup.Unit.DAY : UsageRollup.Unit.HOUR,
        filter,
        of);
  }

  private Sql totals(UsageGrain of) {
    return new Sql("select ")
        .plus(
            """
            tenant_id, provider collate "C" as provider, model collate "C" as model,
            null::text as session_id, null::text as bot_id, hour as instant,
            """)
        .plus(MEASURES)
        .plus("from usage_totals")
        .plus(UsageFilters.where(filter, "hour", of.since(), of.until()));
  }

  private Sql rolled(UsageRollup rollup, String unit, String instant) {
    boolean sessions = rollup.unit() == UsageRollup.Unit.DAY;
    return new Sql("select tenant_id, provider, model, ")
        .plus(sessions ? "session_id, bot_id, " : "null::text, null::text, ")
        .plus(instant + " as instant, ")
        .plus(MEASURES)
        .plus("from " + rollup.unit().table())
        .plus(UsageFilters.where(filter, unit, rollup.since(), rollup.until()))
        .plus(" and " + unit + " = any (array(select begins from valid))");
  }

  /**
   * The rows of the hours or days that are not rolled up, of which there may be many, each by its
   * own way into the index. Their ends are computed outside: within, row-level security would keep
   * them from the index.
   */
  private Sql missing(UsageRollup rollup) {
    return new Sql("select e.* from (")
        .plus(rollup.missing())
        .plus(") u cross join lateral (")
        .plus(
            ledger(
                UsageFilters.where(filter, "occurred_at", null, null)
                    .plus(" and occurred_at >= u.begins and occurred_at < u.next")))
        .plus(") e");
  }

  /** What lies between the bound of the range and the next whole hour or day. */
  private Sql edge(@Nullable Instant since, @Nullable Instant until) {
    if (since == null || until == null || since.equals(until)) {
      return new Sql("");
    }
    return new Sql("\nunion all\n").plus(ledger(since, until));
  }

  private Sql ledger(@Nullable Instant since, @Nullable Instant until) {
    return ledger(UsageFilters.where(filter, "occurred_at", since, until));
  }

  private Sql ledger(Sql where) {
    List<String> columns = new ArrayList<>();
    List<String> numbers = new ArrayList<>();
    column(columns, numbers, UsageDimension.TENANT, "tenant_id");
    column(columns, numbers, UsageDimension.PROVIDER, "provider collate \"C\"");
    column(columns, numbers, UsageDimension.MODEL, "model collate \"C\"");
    column(columns, numbers, UsageDimension.SESSION, "session_id");
    column(columns, numbers, UsageDimension.BOT, "bot_id");
    boolean ofTime =
        groupBy.contains(UsageDimension.HOUR)
            || groupBy.contains(UsageDimension.DAY)
            || groupBy.contains(UsageDimension.MONTH);
    if (ofTime) {
      columns.add(
          "date_bin('" + bin + "', occurred_at, timestamptz '2000-01-01 00:00:00Z') as instant");
      numbers.add(Integer.toString(columns.size()));
    } else {
      columns.add("null::timestamptz as instant");
    }
    String groups = numbers.isEmpty() ? "()" : String.join(", ", numbers);
    return new Sql("select " + String.join(", ", columns) + ",\n" + LEDGER_SUMS)
        .plus(where)
        .plus(" group by " + groups);
  }

  private void column(
      List<String> columns, List<String> numbers, UsageDimension dimension, String column) {
    String name = column.substring(0, (column + " ").indexOf(' '));
    if (groupBy.contains(dimension)) {
      columns.add(column + " as " + name);
      numbers.add(Integer.toString(columns.size()));
    } else {
      columns.add("null::text as " + name);
    }
  }
}
