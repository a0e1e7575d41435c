package dev.parley.storage.postgres;

import static dev.parley.storage.UsageStore.UsageDimension.HOUR;
import static dev.parley.storage.UsageStore.UsageDimension.SESSION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageTotal;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.UsageStore.UsageSum;
import dev.parley.storage.contract.Samples;
import dev.parley.storage.contract.Services;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That rollups are made and used when they may be, which no answer shows. */
final class UsageRollupsIT {

  private static final ZoneId KOLKATA = ZoneId.of("Asia/Kolkata");
  private static final Instant DAY = Instant.parse("2026-05-01T00:00:00Z");
  private static final int EVENTS = 40;

  private final Database database = Services.database();
  private final PostgresUsageStore store = new PostgresUsageStore(database, Clock.systemUTC());
  private final SessionKey session = Samples.session();
  private final TenantId tenant = session.tenantId();

  @Test
  void an_hour_is_answered_from_its_quarters_as_long_as_its_totals_stay() {
    recordAll();
    store.writeTotals(List.of(total(EVENTS)));
    rollUp(DAY.plus(Duration.ofDays(1)));
    forge("usage_quarters");
    assertThat(requests(HOUR)).isEqualTo(EVENTS + 4L * 1000);

    record(1);
    store.writeTotals(List.of(total(EVENTS + 1)));
    assertThat(requests(HOUR)).isEqualTo(EVENTS + 1);

    rollUp(DAY.plus(Duration.ofDays(1)));
    forge("usage_quarters");
    assertThat(requests(HOUR)).isEqualTo(EVENTS + 1 + 4 * 1000);
  }

  @Test
  void a_day_is_answered_from_its_sessions_as_long_as_its_totals_stay() {
    recordAll();
    store.writeTotals(List.of(total(EVENTS)));
    rollUp(DAY.plus(Duration.ofDays(1)));
    forge("usage_session_days");
    assertThat(requests(SESSION)).isEqualTo(EVENTS + 1000);

    record(1);
    store.writeTotals(List.of(total(EVENTS + 1)));
    assertThat(requests(SESSION)).isEqualTo(EVENTS + 1);
  }

  @Test
  void nothing_is_rolled_up_before_it_has_ended() {
    recordAll();
    store.writeTotals(List.of(total(EVENTS)));

    rollUp(DAY.plus(Duration.ofMinutes(59)));
    assertThat(count("usage_quarters")).isZero();
    rollUp(DAY.plus(Duration.ofMinutes(61)));
    assertThat(count("usage_quarters")).isEqualTo(4);
    assertThat(count("usage_session_days")).isZero();
    rollUp(DAY.plus(Duration.ofHours(25)));
    assertThat(count("usage_session_days")).isEqualTo(1);
  }

  @Test
  void what_totals_and_ledger_do_not_agree_on_is_not_rolled_up() {
    recordAll();
    store.writeTotals(List.of(total(EVENTS - 1)));

    rollUp(DAY.plus(Duration.ofDays(2)));
    assertThat(count("usage_rollups")).isZero();
    assertThat(requests(HOUR)).isEqualTo(EVENTS);
  }

  @Test
  void a_quiet_hour_is_not_worth_a_rollup() {
    for (int i = 0; i < 7; i++) {
      record(i);
    }
    store.writeTotals(List.of(total(7)));

    rollUp(DAY.plus(Duration.ofDays(2)));
    assertThat(count("usage_quarters")).isZero();
    assertThat(requests(HOUR)).isEqualTo(7);
  }

  private void rollUp(Instant until) {
    while (store.rollUp(until) > 0) {
      // again
    }
  }

  private void recordAll() {
    for (int i = 0; i < EVENTS; i++) {
      record(i);
    }
  }

  private void record(int number) {
    new PostgresTurnWriter(database)
        .commit(
            List.of(
                new TurnEnd(
                    new JobOutcome.Cancelled(Samples.ended(Samples.job(), session, 1)),
                    1,
                    0,
                    List.of(),
                    List.of(
                        Samples.usage(
                            Samples.job(),
                            session,
                            1,
                            DAY.plusSeconds(number * 89L),
                            "m",
                            BigDecimal.ONE)))));
  }

  private UsageTotal total(int events) {
    return new UsageTotal(
        new UsageTotal.Cell(tenant, DAY, "provider-a", "m"),
        events,
        events,
        0,
        0,
        0,
        0,
        0,
        BigDecimal.valueOf(events),
        0,
        0);
  }

  private long requests(UsageDimension by) {
    return store.sum(UsageFilter.ofTenant(tenant), List.of(by), KOLKATA).stream()
        .mapToLong(UsageSum::requestCount)
        .sum();
  }

  /** So that it shows who answered. */
  private void forge(String table) {
    run("update " + table + " set request_count = request_count + 1000 where tenant_id = ?");
  }

  private void run(String sql) {
    database.statement(
        null,
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, tenant.value());
            return statement.executeUpdate();
          }
        });
  }

  private int count(String table) {
    return database.statement(
        null,
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "select count(*) from " + table + " where tenant_id = ?")) {
            select.setString(1, tenant.value());
            try (ResultSet row = select.executeQuery()) {
              row.next();
              return row.getInt(1);
            }
          }
        });
  }
}
