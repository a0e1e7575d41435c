package dev.parley.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageCounts;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import dev.parley.storage.TurnWriter;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.UsageAudit;
import dev.parley.storage.UsageAudit.Counts;
import dev.parley.storage.UsageAudit.HourAudit;
import dev.parley.storage.UsageStore;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link UsageAudit} does. */
public abstract class UsageAuditContract {

  private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

  protected abstract UsageAudit audit();

  /** Writes the totals that are audited. */
  protected abstract UsageStore store();

  /** Writes the ledger that is audited. */
  protected abstract TurnWriter writer();

  private UsageEvent record(SessionKey session, Instant time, String model, String cost) {
    JobId id = Samples.job();
    UsageEvent event =
        Samples.usage(id, session, 1, time, model, cost == null ? null : new BigDecimal(cost));
    writer()
        .commit(
            List.of(
                new TurnEnd(
                    new JobOutcome.Cancelled(Samples.ended(id, session, 1)),
                    1,
                    0,
                    List.of(),
                    List.of(event))));
    return event;
  }

  /** Of as many events as {@link Samples} makes. */
  private static UsageTotal total(
      TenantId tenant, Instant hour, String model, long requests, String cost, long unpriced) {
    return new UsageTotal(
        new UsageTotal.Cell(tenant, hour, "provider-a", model),
        requests,
        requests,
        100 * requests,
        20 * requests,
        3 * requests,
        40 * requests,
        5 * requests,
        new BigDecimal(cost),
        unpriced,
        0);
  }

  private static UsageCounts counts(
      TenantId tenant, Instant hour, int partition, long read, long aggregated, long duplicate) {
    return new UsageCounts(tenant, hour, partition, read, aggregated, duplicate, 0, 0);
  }

  private List<HourAudit> hours(TenantId tenant) {
    return audit().audit(tenant, NOON, NOON.plusSeconds(7200));
  }

  @Test
  void an_hour_is_balanced_when_counts_totals_and_rows_agree_to_the_last_digit() {
    SessionKey session = Samples.session();
    TenantId tenant = session.tenantId();
    record(session, NOON, "m1", "0.10");
    record(session, NOON.plusSeconds(3599), "m1", "0.2");
    record(session, NOON.plusSeconds(1), "m2", null);
    store()
        .writeTotals(
            List.of(
                total(tenant, NOON, "m1", 2, "0.300", 0), total(tenant, NOON, "m2", 1, "0", 1)));
    audit().writeCounts(List.of(counts(tenant, NOON, 3, 5, 3, 2)));

    assertThat(hours(tenant))
        .singleElement()
        .satisfies(hour -> {
          assertThat(hour.tenantId()).isEqualTo(tenant);
          assertThat(hour.hour()).isEqualTo(NOON);
          assertThat(hour.counts()).isEqualTo(new Counts(5, 3, 2, 0, 0));
          assertThat(hour.totals().requestCount()).isEqualTo(3);
          assertThat(hour.totals().isSameAs(hour.rows())).isTrue();
          assertThat(hour.differing()).isEmpty();
          assertThat(hour.isBalanced()).isTrue();
        });
  }

  @Test
  void what_differs_in_two_cells_does_not_cancel_out() {
    SessionKey session = Samples.session();
    TenantId tenant = session.tenantId();
    record(session, NOON, "m1", "0.1");
    store().writeTotals(List.of(total(tenant, NOON, "m2", 1, "0.1", 0)));
    audit().writeCounts(List.of(counts(tenant, NOON, 0, 1, 1, 0)));

    HourAudit hour = hours(tenant).getFirst();
    assertThat(hour.totals().isSameAs(hour.rows())).isTrue();
    assertThat(hour.isBalanced()).isFalse();
    assertThat(hour.differing())
        .extracting(cell -> cell.cell().model())
        .containsExactlyInAnyOrder("m1", "m2");
  }

  @Test
  void a_last_digit_that_differs_is_a_difference() {
    SessionKey session = Samples.session();
    TenantId tenant = session.tenantId();
    record(session, NOON, "m1", "0.1000000000000000000000001");
    store().writeTotals(List.of(total(tenant, NOON, "m1", 1, "0.1", 0)));
    audit().writeCounts(List.of(counts(tenant, NOON, 0, 1, 1, 0)));

    assertThat(hours(tenant).getFirst().differing()).hasSize(1);
  }

  @Test
  void records_that_came_to_nothing_are_a_difference() {
    TenantId tenant = Samples.tenant();
    audit().writeCounts(List.of(counts(tenant, NOON, 0, 3, 0, 2)));

    assertThat(hours(tenant).getFirst().isBalanced()).isFalse();
    assertThat(hours(tenant).getFirst().counts().isComplete()).isFalse();
  }

  @Test
  void events_that_were_counted_and_are_in_no_total_are_a_difference() {
    TenantId tenant = Samples.tenant();
    audit().writeCounts(List.of(counts(tenant, NOON, 0, 3, 1, 2)));

    assertThat(hours(tenant).getFirst().counts().isComplete()).isTrue();
    assertThat(hours(tenant).getFirst().isBalanced()).isFalse();
  }

  @Test
  void counts_of_partitions_are_added_up_and_older_ones_are_ignored() {
    TenantId tenant = Samples.tenant();
    audit()
        .writeCounts(
            List.of(
                counts(tenant, NOON, 1, 7, 5, 2),
                counts(tenant, NOON, 1, 6, 4, 2),
                counts(tenant, NOON, 2, 1, 1, 0)));
    audit().writeCounts(List.of(counts(tenant, NOON, 1, 3, 3, 0)));
    audit().writeCounts(List.of());

    assertThat(hours(tenant).getFirst().counts()).isEqualTo(new Counts(8, 6, 2, 0, 0));
  }

  @Test
  void a_tenant_sees_its_own_hours_of_the_range_and_nobody_elses() {
    TenantId tenant = Samples.tenant();
    audit()
        .writeCounts(
            List.of(
                counts(tenant, NOON.minusSeconds(3600), 0, 1, 1, 0),
                counts(tenant, NOON, 0, 1, 1, 0),
                counts(tenant, NOON.plusSeconds(3600), 0, 1, 1, 0),
                counts(tenant, NOON.plusSeconds(7200), 0, 1, 1, 0),
                counts(Samples.tenant(), NOON, 0, 1, 1, 0),
                counts(null, NOON, 0, 1, 0, 0)));

    assertThat(hours(tenant))
        .extracting(HourAudit::hour)
        .containsExactly(NOON, NOON.plusSeconds(3600));
    assertThat(hours(tenant)).extracting(HourAudit::tenantId).containsOnly(tenant);
    assertThat(hours(null)).extracting(HourAudit::tenantId).contains(tenant, (TenantId) null);
  }
}
