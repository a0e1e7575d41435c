package dev.parley.storage.postgres;

import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.UsageStore.UsageSum;
import dev.parley.storage.usage.UsageGrain;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Sums over the totals or over the ledger; the statement is put together from fixed pieces. */
final class UsageSums {

  private static final DateTimeFormatter HOUR =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssXXX");

  private static final String TOTALS_SUMS =
      """
      coalesce(sum(request_count), 0), coalesce(sum(input_tokens), 0),
      coalesce(sum(output_tokens), 0), coalesce(sum(reasoning_tokens), 0),
      coalesce(sum(cached_tokens), 0), coalesce(sum(cached_write_tokens), 0),
      coalesce(sum(cost_usd), 0), coalesce(sum(unpriced_request_count), 0)
      from usage_totals
      """;

  private static final String LEDGER_SUMS =
      """
      count(*) filter (where corrects is null), coalesce(sum(input_tokens), 0),
      coalesce(sum(output_tokens), 0), coalesce(sum(reasoning_tokens), 0),
      coalesce(sum(cached_tokens), 0), coalesce(sum(cached_write_tokens), 0),
      coalesce(sum(cost_usd), 0),
      count(*) filter (where cost_usd is null) - count(*) filter (where corrects_unpriced)
      from usage_events
      """;

  private final boolean fromTotals;
  private final UsageFilter filter;
  private final List<UsageDimension> groupBy;
  private final ZoneId zone;

  UsageSums(UsageFilter filter, List<UsageDimension> groupBy, ZoneId zone) {
    this.fromTotals = UsageGrain.totalsSuffice(filter, groupBy, zone);
    this.filter = filter;
    this.groupBy = groupBy;
    this.zone = zone;
  }

  List<UsageSum> read(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql())) {
      Binder binder = new Binder(select);
      for (UsageDimension dimension : groupBy) {
        bindZone(binder, dimension);
      }
      UsageFilters.bind(binder, filter);
      try (ResultSet rows = select.executeQuery()) {
        List<UsageSum> sums = new ArrayList<>();
        while (rows.next()) {
          sums.add(sum(rows));
        }
        return sums;
      }
    }
  }

  private String sql() {
    String groups =
        groupBy.stream()
            .map(dimension -> expression(dimension) + ",\n")
            .collect(Collectors.joining());
    String sql =
        "select "
            + groups
            + (fromTotals ? TOTALS_SUMS : LEDGER_SUMS)
            + UsageFilters.where(filter, time());
    if (groupBy.isEmpty()) {
      return sql;
    }
    String numbers =
        IntStream.rangeClosed(1, groupBy.size())
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(", "));
    return sql + " group by " + numbers + " order by " + numbers;
  }

  private String time() {
    return fromTotals ? "hour" : "occurred_at";
  }

  private String expression(UsageDimension dimension) {
    return switch (dimension) {
      case TENANT -> "tenant_id";
      case PROVIDER -> "provider collate \"C\"";
      case MODEL -> "model collate \"C\"";
      case SESSION -> "session_id";
      case BOT -> "bot_id collate \"C\"";
      // Hours are told apart by the instant they begin at, not by their local name, of which there
      // are two when clocks go back.
      case HOUR ->
          """
          (select date_trunc('hour', l.local) - (l.local - (%1$s at time zone 'UTC'))
           from (select %1$s at time zone ? as local) l) at time zone 'UTC'
          """
              .formatted(time());
      case DAY -> "to_char(" + time() + " at time zone ?, 'YYYY-MM-DD')";
      case MONTH -> "to_char(" + time() + " at time zone ?, 'YYYY-MM')";
    };
  }

  private void bindZone(Binder binder, UsageDimension dimension) throws SQLException {
    switch (dimension) {
      case HOUR, DAY, MONTH -> binder.text(postgresName(zone));
      case TENANT, PROVIDER, MODEL, SESSION, BOT -> {}
    }
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

  /** PostgreSQL reads bare offsets with the sign turned round, as POSIX has it. */
  private static String postgresName(ZoneId zone) {
    if (!(zone.normalized() instanceof ZoneOffset offset)) {
      return zone.getId();
    }
    if (offset.getTotalSeconds() == 0) {
      return "UTC";
    }
    String digits = offset.getId().substring(1);
    return "<local>" + (offset.getTotalSeconds() > 0 ? "-" : "+") + digits;
  }
}
