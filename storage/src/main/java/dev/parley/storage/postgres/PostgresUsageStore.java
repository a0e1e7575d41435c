package dev.parley.storage.postgres;

import dev.parley.schemas.JobId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import dev.parley.storage.UsageStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The ledger and the totals as rows. */
public final class PostgresUsageStore implements UsageStore {

  /** Rows per fetch of a server-side cursor. */
  private static final int FETCH_SIZE = 2_000;

  private static final String OF_JOBS =
      "select "
          + UsageRows.COLUMNS
          + "from usage_events where job_id = any (?::text[]) order by occurred_at, event_id";

  private static final String EVENTS = "select " + UsageRows.COLUMNS + "from usage_events";

  private static final String WRITE_TOTALS =
      """
      insert into usage_totals as t
        (tenant_id, hour, provider, model, version, request_count, input_tokens, output_tokens,
         reasoning_tokens, cached_tokens, cached_write_tokens, cost_usd, unpriced_request_count,
         estimated_request_count)
      select r.tenant_id, r.hour::timestamptz, r.provider, r.model, r.version, r.request_count,
        r.input_tokens, r.output_tokens, r.reasoning_tokens, r.cached_tokens,
        r.cached_write_tokens, r.cost_usd, r.unpriced_request_count, r.estimated_request_count
      from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[],
          ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::numeric[],
          ?::bigint[], ?::bigint[])
        as r(tenant_id, hour, provider, model, version, request_count, input_tokens,
          output_tokens, reasoning_tokens, cached_tokens, cached_write_tokens, cost_usd,
          unpriced_request_count, estimated_request_count)
      order by r.tenant_id, r.hour, r.provider, r.model
      on conflict (tenant_id, hour, provider, model) do update
        set version = excluded.version, request_count = excluded.request_count,
          input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
          reasoning_tokens = excluded.reasoning_tokens, cached_tokens = excluded.cached_tokens,
          cached_write_tokens = excluded.cached_write_tokens, cost_usd = excluded.cost_usd,
          unpriced_request_count = excluded.unpriced_request_count,
          estimated_request_count = excluded.estimated_request_count
        where excluded.version > t.version
      """;

  private static final String SET_WRITTEN =
      """
      insert into usage_totals_written as w (written_at) values (?::timestamptz)
      on conflict (only_row) do update
        set written_at = greatest(w.written_at, excluded.written_at)
      """;

  private static final String RECORD_BOOK =
      """
      insert into price_books (version, book, recorded_at) values (?, ?::json, ?::timestamptz)
      on conflict (version) do nothing
      """;

  private static final String BOOK = "select book from price_books where version = ?";

  private static final String WRITTEN = "select written_at from usage_totals_written";

  private final Database database;
  private final Clock clock;
  private final RollupWriter rollups;

  public PostgresUsageStore(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
    this.rollups = new RollupWriter(database);
  }

  @Override
  public List<UsageEvent> eventsOf(Collection<JobId> jobIds) {
    if (jobIds.isEmpty()) {
      return List.of();
    }
    return database.statement(
        null,
        connection -> {
          List<UsageEvent> events = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(OF_JOBS)) {
            new Binder(select).texts(jobIds, JobId::value);
            forEach(select, events::add);
          }
          return events;
        });
  }

  @Override
  public void forEachEvent(UsageFilter filter, Consumer<UsageEvent> sink) {
    Sql sql =
        new Sql(EVENTS)
            .plus(UsageFilters.where(filter, "occurred_at"))
            .plus(" order by occurred_at, event_id");
    // once: what the sink has been given cannot be taken back
    database.transactionOnce(
        filter.tenantId(),
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(sql.text())) {
            select.setFetchSize(FETCH_SIZE);
            sql.bind(new Binder(select));
            forEach(select, sink);
            return true;
          }
        });
  }

  @Override
  public boolean forEachLine(UsageFilter filter, Consumer<byte[]> sink) {
    return database.transactionOnce(
        filter.tenantId(),
        connection -> {
          new UsageCopy(filter).run(connection, sink);
          return true;
        });
  }

  private static void forEach(PreparedStatement select, Consumer<UsageEvent> sink)
      throws SQLException {
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        sink.accept(UsageRows.read(rows));
      }
    }
  }

  @Override
  public List<UsageSum> sum(UsageFilter filter, List<UsageDimension> groupBy, ZoneId zone) {
    UsageSums sums = new UsageSums(filter, groupBy, zone);
    return database.statement(filter.tenantId(), sums::read);
  }

  @Override
  public void writeTotals(Collection<UsageTotal> totals) {
    if (totals.isEmpty()) {
      return;
    }
    // a statement may touch a row once only
    Map<UsageTotal.Cell, UsageTotal> newest = new HashMap<>();
    for (UsageTotal total : totals) {
      newest.merge(
          total.cell(), total, BinaryOperator.maxBy(Comparator.comparingLong(UsageTotal::version)));
    }
    database.transaction(
        null,
        connection -> {
          write(connection, newest.values());
          try (PreparedStatement written = connection.prepareStatement(SET_WRITTEN)) {
            new Binder(written).time(clock.instant());
            return written.executeUpdate();
          }
        });
    rollups.note(newest.values());
  }

  @Override
  public int rollUp(Instant until) {
    return rollups.makeSome(until);
  }

  private static void write(Connection connection, Collection<UsageTotal> rows)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(WRITE_TOTALS)) {
      new Binder(insert)
          .texts(rows, total -> total.cell().tenantId().value())
          .times(rows, total -> total.cell().hour())
          .texts(rows, total -> total.cell().provider())
          .texts(rows, total -> total.cell().model())
          .numbers(rows, UsageTotal::version)
          .numbers(rows, UsageTotal::requestCount)
          .numbers(rows, UsageTotal::inputTokens)
          .numbers(rows, UsageTotal::outputTokens)
          .numbers(rows, UsageTotal::reasoningTokens)
          .numbers(rows, UsageTotal::cachedTokens)
          .numbers(rows, UsageTotal::cachedWriteTokens)
          .decimals(rows, UsageTotal::costUSD)
          .numbers(rows, UsageTotal::unpricedRequestCount)
          .numbers(rows, UsageTotal::estimatedRequestCount);
      insert.executeUpdate();
    }
  }

  @Override
  public @Nullable Instant totalsAsOf() {
    return database.lookUp(
        null,
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(WRITTEN);
              ResultSet rows = select.executeQuery()) {
            return rows.next() ? Columns.time(rows, "written_at") : null;
          }
        });
  }

  @Override
  public boolean recordPriceBook(String version, String json) {
    database.statement(
        null,
        connection -> {
          try (PreparedStatement insert = connection.prepareStatement(RECORD_BOOK)) {
            new Binder(insert).text(version).json(json).time(clock.instant());
            return insert.executeUpdate();
          }
        });
    return json.equals(priceBook(version));
  }

  @Override
  public @Nullable String priceBook(String version) {
    return database.lookUp(
        null,
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(BOOK)) {
            new Binder(select).text(version);
            try (ResultSet rows = select.executeQuery()) {
              return rows.next() ? rows.getString("book") : null;
            }
          }
        });
  }
}
