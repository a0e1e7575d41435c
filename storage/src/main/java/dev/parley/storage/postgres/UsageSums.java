package dev.parley.storage.postgres;

import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.UsageStore.UsageSum;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sums by group of what {@link UsagePieces} finds. The statement is put together from fixed pieces.
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

  private final UsagePieces pieces;
  private final List<UsageDimension> groupBy;
  private final ZoneId zone;

  UsageSums(UsageFilter filter, List<UsageDimension> groupBy, ZoneId zone) {
    this.pieces = new UsagePieces(filter, groupBy, zone);
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
    Sql sql = pieces.with().plus("select ");
    for (UsageDimension dimension : groupBy) {
      sql = sql.plus(buckets.expression(dimension, "instant")).plus(",\n");
    }
    sql = sql.plus(SUMS).plus(pieces.rows()).plus(") as r");
    if (groupBy.isEmpty()) {
      return sql;
    }
    String numbers =
        IntStream.rangeClosed(1, groupBy.size())
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(", "));
    return sql.plus(" group by " + numbers + " order by " + numbers);
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
