package dev.parley.storage.postgres;

import dev.parley.schemas.UsageTotal;
import dev.parley.storage.postgres.UsageRollup.Unit;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Makes the rollups of the hours and days that are due.
 *
 * <p>INVARIANT: what is due is noted after the totals that made it so were committed, and taken off
 * the list before the totals are looked at. So no change of them goes unseen for good.
 */
final class RollupWriter {

  /** What is done in one transaction: whoever writes late totals for the same may wait for it. */
  private static final int BATCH = 20;

  /** A rollup has at most half as many rows as the ledger, else it is not worth its place. */
  private static final int LEAST_GAIN = 2;

  private static final int QUARTERS = 4;

  private static final String NOTE =
      """
      insert into usage_rollups_due (grain, begins, tenant_id)
      select distinct 'hour', t.hour::timestamptz, t.tenant_id
      from unnest(?::text[], ?::text[]) as t(tenant_id, hour)
      union all
      select distinct 'day', date_trunc('day', t.hour::timestamptz, 'UTC'), t.tenant_id
      from unnest(?::text[], ?::text[]) as t(tenant_id, hour)
      order by 1, 2, 3
      on conflict do nothing
      """;

  private static final String TAKE =
      """
      delete from usage_rollups_due where (grain, begins, tenant_id) in (
        select grain, begins, tenant_id from usage_rollups_due
        where grain = ? and begins <= ?::timestamptz
        order by begins, tenant_id
        limit ?
        for update skip locked)
      returning begins::text, tenant_id
      """;

  private static final String TOTALS =
      """
      select coalesce(sum(version), 0) as version, count(*) as cells from usage_totals
      where tenant_id = ? and hour >= ?::timestamptz
        and hour < ?::timestamptz + ?::int * interval '1 hour'
      """;

  private static final String FORGET =
      "delete from usage_rollups where tenant_id = ? and grain = ? and begins = ?::timestamptz";

  /** The ledger is summed and compared with the totals in one view of both. */
  private static final String MAKE =
      """
      with asked as (
        select ?::text as tenant_id, ?::timestamptz as begins, ?::timestamptz
          + ?::int * interval '1 hour' as next
      ), sums as materialized (
        select %1$s, provider, model, count(*) as events,
          count(*) filter (where corrects is null) as request_count,
          sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens,
          sum(reasoning_tokens) as reasoning_tokens, sum(cached_tokens) as cached_tokens,
          sum(cached_write_tokens) as cached_write_tokens, coalesce(sum(cost_usd), 0) as cost_usd,
          count(*) filter (where cost_usd is null)
            - count(*) filter (where corrects_unpriced) as unpriced_request_count
        from usage_events
        where tenant_id = (select tenant_id from asked)
          and occurred_at >= (select begins from asked) and occurred_at < (select next from asked)
        group by %2$s, provider, model
      ), fitting as materialized (
        select t.version from (
          select coalesce(sum(version), 0) as version from usage_totals
          where tenant_id = (select tenant_id from asked)
            and hour >= (select begins from asked) and hour < (select next from asked)) t,
          (select count(*) as groups, coalesce(sum(events), 0) as events from sums) s
        where s.events = t.version and s.groups * ? <= s.events
      ), made as (
        insert into %3$s (tenant_id, %4$s, %5$s, provider, model, request_count, input_tokens,
          output_tokens, reasoning_tokens, cached_tokens, cached_write_tokens, cost_usd,
          unpriced_request_count)
        select a.tenant_id, a.begins, %5$s, provider, model, request_count, input_tokens,
          output_tokens, reasoning_tokens, cached_tokens, cached_write_tokens, cost_usd,
          unpriced_request_count
        from asked a, fitting, sums
      )
      insert into usage_rollups (tenant_id, grain, begins, version)
      select a.tenant_id, ?, a.begins, version from asked a, fitting
      """;

  private static final String MAKE_QUARTERS =
      MAKE.formatted(
          "date_bin('15 minutes', occurred_at, timestamptz '2000-01-01 00:00:00Z') as quarter",
          "1",
          Unit.HOUR.table(),
          "hour",
          "quarter");

  private static final String MAKE_SESSION_DAYS =
      MAKE.formatted(
          "session_id, bot_id",
          "session_id, bot_id",
          Unit.DAY.table(),
          "day",
          "session_id, bot_id");

  private final Database database;

  private record Due(String begins, String tenant) {}

  RollupWriter(Database database) {
    this.database = database;
  }

  /** After the totals were committed, never within their transaction. */
  void note(Collection<UsageTotal> written) {
    database.statement(
        null,
        connection -> {
          try (PreparedStatement insert = connection.prepareStatement(NOTE)) {
            Binder binder = new Binder(insert);
            for (int i = 0; i < 2; i++) {
              binder
                  .texts(written, total -> total.cell().tenantId().value())
                  .times(written, total -> total.cell().hour());
            }
            return insert.executeUpdate();
          }
        });
  }

  /**
   * @param until only those that have ended by then
   * @return how many were looked at; fewer than were due
   */
  int makeSome(Instant until) {
    int looked = 0;
    for (Unit unit : Unit.values()) {
      looked += database.transaction(null, connection -> makeSome(connection, unit, until));
    }
    return looked;
  }

  private static int makeSome(Connection connection, Unit unit, Instant until) throws SQLException {
    List<Due> due = take(connection, unit, until);
    for (Due each : due) {
      forget(connection, unit, each);
      if (isWorthIt(connection, unit, each)) {
        make(connection, unit, each);
      }
    }
    return due.size();
  }

  private static List<Due> take(Connection connection, Unit unit, Instant until)
      throws SQLException {
    try (PreparedStatement take = connection.prepareStatement(TAKE)) {
      new Binder(take).text(unit.label()).time(until.minus(unit.length())).integer(BATCH);
      try (ResultSet rows = take.executeQuery()) {
        List<Due> due = new ArrayList<>();
        while (rows.next()) {
          due.add(new Due(rows.getString(1), rows.getString(2)));
        }
        return due;
      }
    }
  }

  private static void forget(Connection connection, Unit unit, Due due) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(FORGET)) {
      new Binder(delete).text(due.tenant()).text(unit.label()).text(due.begins());
      delete.executeUpdate();
    }
    String sums =
        switch (unit) {
          case HOUR -> "delete from usage_quarters where tenant_id = ? and hour = ?::timestamptz";
          case DAY -> "delete from usage_session_days where tenant_id = ? and day = ?::timestamptz";
        };
    try (PreparedStatement delete = connection.prepareStatement(sums)) {
      new Binder(delete).text(due.tenant()).text(due.begins());
      delete.executeUpdate();
    }
  }

  /** Of a quiet hour the totals tell that much without the ledger. */
  private static boolean isWorthIt(Connection connection, Unit unit, Due due) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(TOTALS)) {
      new Binder(select)
          .text(due.tenant())
          .text(due.begins())
          .text(due.begins())
          .integer(hours(unit));
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return false;
        }
        long cells = row.getLong("cells");
        long rows = unit == Unit.HOUR ? QUARTERS * cells : cells;
        return row.getLong("version") >= LEAST_GAIN * rows;
      }
    }
  }

  private static void make(Connection connection, Unit unit, Due due) throws SQLException {
    String sql =
        switch (unit) {
          case HOUR -> MAKE_QUARTERS;
          case DAY -> MAKE_SESSION_DAYS;
        };
    try (PreparedStatement make = connection.prepareStatement(sql)) {
      new Binder(make)
          .text(due.tenant())
          .text(due.begins())
          .text(due.begins())
          .integer(hours(unit))
          .integer(LEAST_GAIN)
          .text(unit.label());
      make.executeUpdate();
    }
  }

  private static int hours(Unit unit) {
    return Math.toIntExact(unit.length().toHours());
  }
}
