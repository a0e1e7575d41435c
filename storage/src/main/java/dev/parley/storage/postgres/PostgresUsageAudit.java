package dev.parley.storage.postgres;

import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageCounts;
import dev.parley.schemas.UsageTotal.Cell;
import dev.parley.storage.UsageAudit;
import dev.parley.storage.usage.HourAudits;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** Compares the rows of the ledger with those of the totals and the counts. */
public final class PostgresUsageAudit implements UsageAudit {

  private static final int FETCH_SIZE = 2_000;

  private static final String WRITE_COUNTS =
      """
      insert into usage_counts as c
        (tenant_id, hour, partition, read_count, aggregated_count, duplicate_count, late_count,
         dead_lettered_count)
      select r.tenant_id, r.hour::timestamptz, r.partition::integer, r.read_count,
        r.aggregated_count, r.duplicate_count, r.late_count, r.dead_lettered_count
      from unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
          ?::bigint[], ?::bigint[])
        as r(tenant_id, hour, partition, read_count, aggregated_count, duplicate_count, late_count,
          dead_lettered_count)
      order by r.tenant_id, r.hour, r.partition
      on conflict (tenant_id, hour, partition) do update
        set read_count = excluded.read_count, aggregated_count = excluded.aggregated_count,
          duplicate_count = excluded.duplicate_count, late_count = excluded.late_count,
          dead_lettered_count = excluded.dead_lettered_count
        where excluded.read_count > c.read_count
      """;

  private static final String CELLS =
      """
      with t as (
        select tenant_id, hour, provider, model, version, request_count, input_tokens, output_tokens,
          reasoning_tokens, cached_tokens, cached_write_tokens, cost_usd, unpriced_request_count,
          estimated_request_count
        from usage_totals
        where %1$s hour >= ?::timestamptz and hour < ?::timestamptz
      ), r as (
        select tenant_id, date_trunc('hour', occurred_at, 'UTC') as hour,
          provider collate "C" as provider, model collate "C" as model,
          count(*) as version, count(*) filter (where corrects is null) as request_count,
          sum(input_tokens) as input_tokens,
          sum(output_tokens) as output_tokens, sum(reasoning_tokens) as reasoning_tokens,
          sum(cached_tokens) as cached_tokens, sum(cached_write_tokens) as cached_write_tokens,
          coalesce(sum(cost_usd), 0) as cost_usd,
          count(*) filter (where cost_usd is null)
            - count(*) filter (where corrects_unpriced) as unpriced_request_count,
          count(*) filter (where estimated) as estimated_request_count
        from usage_events
        where %1$s occurred_at >= ?::timestamptz and occurred_at < ?::timestamptz
        group by 1, 2, 3, 4
      )
      select tenant_id, hour, provider, model,
        coalesce(t.version, 0), coalesce(t.request_count, 0), coalesce(t.input_tokens, 0),
        coalesce(t.output_tokens, 0),
        coalesce(t.reasoning_tokens, 0), coalesce(t.cached_tokens, 0),
        coalesce(t.cached_write_tokens, 0), coalesce(t.cost_usd, 0),
        coalesce(t.unpriced_request_count, 0), coalesce(t.estimated_request_count, 0),
        coalesce(r.version, 0), coalesce(r.request_count, 0), coalesce(r.input_tokens, 0),
        coalesce(r.output_tokens, 0),
        coalesce(r.reasoning_tokens, 0), coalesce(r.cached_tokens, 0),
        coalesce(r.cached_write_tokens, 0), coalesce(r.cost_usd, 0),
        coalesce(r.unpriced_request_count, 0), coalesce(r.estimated_request_count, 0)
      from t full join r using (tenant_id, hour, provider, model)
      order by hour, tenant_id, provider, model
      """;

  private static final String COUNTS =
      """
      select tenant_id, hour, sum(read_count), sum(aggregated_count), sum(duplicate_count),
        sum(late_count), sum(dead_lettered_count)
      from usage_counts
      where %1$s hour >= ?::timestamptz and hour < ?::timestamptz
      group by tenant_id, hour
      """;

  private final Database database;

  public PostgresUsageAudit(Database database) {
    this.database = database;
  }

  @Override
  public void writeCounts(Collection<UsageCounts> counts) {
    if (counts.isEmpty()) {
      return;
    }
    // a statement may touch a row once only
    Map<List<Object>, UsageCounts> newest = new HashMap<>();
    for (UsageCounts each : counts) {
      newest.merge(
          List.of(tenant(each.tenantId()), each.hour(), each.partition()),
          each,
          BinaryOperator.maxBy(Comparator.comparingLong(UsageCounts::read)));
    }
    database.transaction(null, connection -> write(connection, newest.values()));
  }

  private static int write(Connection connection, Collection<UsageCounts> rows)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(WRITE_COUNTS)) {
      new Binder(insert)
          .texts(rows, counts -> tenant(counts.tenantId()))
          .times(rows, UsageCounts::hour)
          .numbers(rows, counts -> (long) counts.partition())
          .numbers(rows, UsageCounts::read)
          .numbers(rows, UsageCounts::aggregated)
          .numbers(rows, UsageCounts::duplicate)
          .numbers(rows, UsageCounts::late)
          .numbers(rows, UsageCounts::deadLettered);
      return insert.executeUpdate();
    }
  }

  @Override
  public List<HourAudit> audit(@Nullable TenantId tenantId, Instant since, Instant until) {
    return database.transaction(
        tenantId,
        connection -> {
          HourAudits audits = new HourAudits();
          // Counts before totals: what is written in between shows as more, not as less.
          readCounts(connection, audits, tenantId, since, until);
          readCells(connection, audits, tenantId, since, until);
          return audits.toList();
        });
  }

  private static void readCounts(
      Connection connection,
      HourAudits audits,
      @Nullable TenantId tenantId,
      Instant since,
      Instant until)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(of(tenantId, COUNTS))) {
      bind(new Binder(select), tenantId, since, until);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          audits.add(
              tenant(row.getString(1)),
              Columns.time(row, 2),
              new Counts(
                  row.getLong(3), row.getLong(4), row.getLong(5), row.getLong(6), row.getLong(7)));
        }
      }
    }
  }

  private static void readCells(
      Connection connection,
      HourAudits audits,
      @Nullable TenantId tenantId,
      Instant since,
      Instant until)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(of(tenantId, CELLS))) {
      select.setFetchSize(FETCH_SIZE);
      Binder binder = new Binder(select);
      bind(binder, tenantId, since, until);
      bind(binder, tenantId, since, until);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Cell cell =
              new Cell(
                  new TenantId(row.getString(1)),
                  Columns.time(row, 2),
                  row.getString(3),
                  row.getString(4));
          audits.add(cell, measures(row, 5), measures(row, 15));
        }
      }
    }
  }

  private static void bind(Binder binder, @Nullable TenantId tenantId, Instant since, Instant until)
      throws SQLException {
    if (tenantId != null) {
      binder.text(tenantId.value());
    }
    binder.time(since).time(until);
  }

  /** Two statements rather than one for both, whose plan would have to serve both. */
  private static String of(@Nullable TenantId tenantId, String sql) {
    return sql.formatted(tenantId == null ? "" : "tenant_id = ? and");
  }

  private static Measures measures(ResultSet row, int first) throws SQLException {
    return new Measures(
        row.getLong(first),
        row.getLong(first + 1),
        row.getLong(first + 2),
        row.getLong(first + 3),
        row.getLong(first + 4),
        row.getLong(first + 5),
        row.getLong(first + 6),
        row.getBigDecimal(first + 7),
        row.getLong(first + 8),
        row.getLong(first + 9));
  }

  /** The empty text stands for none: a key column cannot be null. */
  private static String tenant(@Nullable TenantId tenantId) {
    return tenantId == null ? "" : tenantId.value();
  }

  private static @Nullable TenantId tenant(String column) {
    return column.isEmpty() ? null : new TenantId(column);
  }
}
