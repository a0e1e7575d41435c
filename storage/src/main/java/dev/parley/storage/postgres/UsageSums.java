package dev.parley.storage.postgres;

import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.UsageStore.UsageSum;
import dev.parley.storage.usage.UsageGrain;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sums: of the totals for whole hours, and of the ledger for what is finer. The statement is put
 * together from fixed pieces.
 */
final class UsageSums {

  private static final DateTimeFormatter HOUR =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssXXX");

  private static final String SUMS =
      """
      coalesce(sum(request_count), 0), coalesce(sum(input_tokens), 0),
      coalesce(sum(output_tokens), 0), coalesce(sum(reasoning_tokens), 0),
      coalesce(sum(cached_tokens), 0), coalesce(sum(cached_write_tokens), 0),
      coalesce(sum(cost_usd), 0), coalesce(sum(unpriced_request_count), 0)
      from (
      """;

  private static final String TOTALS =
      """
      select tenant_id, provider collate "C" as provider, model collate "C" as model,
        null::text as session_id, null::text as bot_id, hour as instant, request_count, input_tokens,
        output_tokens, reasoning_tokens, cached_tokens, cached_write_tokens, cost_usd,
        unpriced_request_count
      from usage_totals
      """;

  private static final String LEDGER =
      """
      select tenant_id, provider collate "C" as provider, model collate "C" as model,
        session_id, bot_id, occurred_at as instant, (corrects is null)::int as request_count,
        input_tokens, output_tokens, reasoning_tokens, cached_tokens, cached_write_tokens, cost_usd,
        (cost_usd is null)::int - corrects_unpriced::int as unpriced_request_count
      from usage_events
      """;

  private final @Nullable UsageGrain grain;
  private final UsageFilter filter;
  private final List<UsageDimension> groupBy;
  private final ZoneId zone;

  UsageSums(UsageFilter filter, List<UsageDimension> groupBy, ZoneId zone) {
    this.grain = UsageGrain.of(filter, groupBy, zone);
    this.filter = filter;
    this.groupBy = groupBy;
    this.zone = zone;
  }

  List<UsageSum> read(Connection connection) throws SQLException {
    Sql sql = sql();
    try (PreparedStatement select = connection.prepareStatement(sql.text())) {
      sql.bind(new Binder(select));
      try (ResultSet rows = select.executeQuery()) {
        List<UsageSum> sums = new ArrayList<>();
        while (rows.next()) {
          sums.add(sum(rows));
        }
        return sums;
      }
    }
  }

  private Sql sql() {
    UsageBuckets buckets = new UsageBuckets(zone);
    Sql sql = new Sql("select ");
    for (UsageDimension dimension : groupBy) {
      sql = sql.plus(buckets.expression(dimension, "instant")).plus(",\n");
    }
    sql = sql.plus(SUMS).plus(rows(buckets)).plus(") as r");
    if (groupBy.isEmpty()) {
      return sql;
    }
    String numbers =
        IntStream.rangeClosed(1, groupBy.size())
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(", "));
    return sql.plus(" group by " + numbers + " order by " + numbers);
  }

  private Sql rows(UsageBuckets buckets) {
    if (grain == null) {
      return new Sql(LEDGER).plus(where(filter.since(), filter.until(), "occurred_at"));
    }
    Sql hours = where(grain.since(), grain.until(), "hour");
    Sql rows;
    if (grain.splitsHours()) {
      Sql split = buckets.splits(groupBy, "hour");
      rows =
          new Sql(TOTALS)
              .plus(hours)
              .plus(" and not (")
              .plus(split)
              .plus(")\nunion all\n")
              .plus(ofHours(hours.plus(" and (").plus(split).plus(")")));
    } else {
      rows = new Sql(TOTALS).plus(hours);
    }
    return rows.plus(edge(filter.since(), grain.since())).plus(edge(grain.until(), filter.until()));
  }

  /**
   * The rows of these hours, of which there may be many, each by its own way into the index. The
   * end of the hour is computed outside: within, row-level security would keep it from the index.
   */
  private Sql ofHours(Sql hours) {
    return new Sql(
            """
            select e.* from (select distinct tenant_id, hour, hour + interval '1 hour' as next
              from usage_totals
            """)
        .plus(hours)
        .plus(") h cross join lateral (")
        .plus(LEDGER)
        .plus(where(null, null, "occurred_at"))
        .plus(
            """
             and tenant_id = h.tenant_id and occurred_at >= h.hour
              and occurred_at < h.next) e
            """);
  }

  /** What lies between the bound of the range and the next whole hour. */
  private Sql edge(@Nullable Instant since, @Nullable Instant until) {
    if (since == null || until == null || since.equals(until)) {
      return new Sql("");
    }
    return new Sql("\nunion all\n").plus(LEDGER).plus(where(since, until, "occurred_at"));
  }

  private Sql where(@Nullable Instant since, @Nullable Instant until, String time) {
    return UsageFilters.where(filter, time, since, until);
  }

  private UsageSum sum(ResultSet row) throws SQLException {
    List<@Nullable String> group = new ArrayList<>(groupBy.size());
    for (int i = 0; i < groupBy.size(); i++) {
      group.add(
          groupBy.get(i) == UsageDimension.HOUR
              ? HOUR.format(Columns.time(row, i + 1).atZone(zone))
              : row.getString(i + 1));
    }
    int column = groupBy.size();
    return new UsageSum(
        group,
        row.getLong(column + 1),
        row.getLong(column + 2),
        row.getLong(column + 3),
        row.getLong(column + 4),
        row.getLong(column + 5),
        row.getLong(column + 6),
        row.getBigDecimal(column + 7),
        row.getLong(column + 8));
  }
}
