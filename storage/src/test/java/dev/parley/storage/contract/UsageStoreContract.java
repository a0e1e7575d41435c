package dev.parley.storage.contract;

import static dev.parley.storage.UsageStore.UsageDimension.BOT;
import static dev.parley.storage.UsageStore.UsageDimension.DAY;
import static dev.parley.storage.UsageStore.UsageDimension.HOUR;
import static dev.parley.storage.UsageStore.UsageDimension.MODEL;
import static dev.parley.storage.UsageStore.UsageDimension.MONTH;
import static dev.parley.storage.UsageStore.UsageDimension.PROVIDER;
import static dev.parley.storage.UsageStore.UsageDimension.SESSION;
import static dev.parley.storage.UsageStore.UsageDimension.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import dev.parley.storage.TurnWriter;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.UsageStore;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.UsageStore.UsageSum;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link UsageStore} does. */
public abstract class UsageStoreContract {

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final ZoneId KOLKATA = ZoneId.of("Asia/Kolkata");

  protected abstract UsageStore store();

  /** Writes the ledger that the store reads. */
  protected abstract TurnWriter writer();

  protected abstract Instant now();

  private UsageEvent record(SessionKey session, String time, String model, String cost) {
    JobId id = Samples.job();
    UsageEvent event =
        Samples.usage(
            id, session, 1, Instant.parse(time), model, cost == null ? null : new BigDecimal(cost));
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

  private static UsageTotal total(
      TenantId tenant, String hour, String model, long version, long requests, String cost) {
    return new UsageTotal(
        new UsageTotal.Cell(tenant, Instant.parse(hour), "provider-a", model),
        version,
        requests,
        10 * requests,
        2 * requests,
        requests,
        3 * requests,
        4 * requests,
        new BigDecimal(cost),
        1,
        0);
  }

  private static UsageFilter in(
      TenantId tenant, SessionKey session, String model, String since, String until) {
    return new UsageFilter(
        tenant,
        session == null ? null : session.sessionId(),
        null,
        model,
        null,
        since == null ? null : Instant.parse(since),
        until == null ? null : Instant.parse(until));
  }

  private static UsageFilter all(TenantId tenant) {
    return UsageFilter.ofTenant(tenant);
  }

  /** Reads the ledger: a filter of this kind is finer than the totals. */
  private static UsageFilter ledger(TenantId tenant) {
    return new UsageFilter(tenant, null, "bot-1", null, null, null, null);
  }

  private static List<List<String>> groups(List<UsageSum> sums) {
    return sums.stream().map(UsageSum::group).toList();
  }

  @Test
  void a_correction_changes_the_cost_and_counts_no_request() {
    SessionKey session = Samples.session();
    UsageEvent unpriced = record(session, "2026-05-01T12:00:00.001Z", "m", null);
    UsageEvent priced = record(session, "2026-05-01T12:00:00.002Z", "m", "1.10");
    write(session, Samples.correction(unpriced, 1, "0.4"));
    write(session, Samples.correction(priced, 1, "-0.1"));
    write(session, Samples.correction(priced, 1, "-0.1"));

    List<UsageSum> sums = store().sum(ledger(session.tenantId()), List.of(), ZoneOffset.UTC);
    assertThat(sums)
        .singleElement()
        .satisfies(sum -> {
          assertThat(sum.requestCount()).isEqualTo(2);
          assertThat(sum.unpricedRequestCount()).isZero();
          assertThat(sum.inputTokens()).isEqualTo(200);
          assertThat(sum.costUSD()).isEqualByComparingTo("1.4");
        });
    List<UsageEvent> events = new ArrayList<>();
    store().forEachEvent(all(session.tenantId()), events::add);
    assertThat(events)
        .containsExactly(
            unpriced,
            Samples.correction(unpriced, 1, "0.4"),
            priced,
            Samples.correction(priced, 1, "-0.1"));
  }

  @Test
  void the_first_price_book_of_a_version_stays() {
    String version = Samples.job().value();
    assertThat(store().priceBook(version)).isNull();
    assertThat(store().recordPriceBook(version, "{\"b\":1.10, \"a\":1}")).isTrue();
    assertThat(store().recordPriceBook(version, "{\"b\":1.10, \"a\":1}")).isTrue();
    assertThat(store().recordPriceBook(version, "{\"b\":1.1}")).isFalse();
    assertThat(store().priceBook(version)).isEqualTo("{\"b\":1.10, \"a\":1}");
  }

  private void write(SessionKey session, UsageEvent event) {
    JobId id = Samples.job();
    writer()
        .commit(
            List.of(
                new TurnEnd(
                    new JobOutcome.Cancelled(Samples.ended(id, session, 1)),
                    1,
                    0,
                    List.of(),
                    List.of(event))));
  }

  @Test
  void events_are_handed_over_oldest_first_and_whole() {
    SessionKey session = Samples.session();
    UsageEvent late = record(session, "2026-05-01T12:00:00.002Z", "m", "1.10");
    UsageEvent early = record(session, "2026-05-01T12:00:00.001Z", "m", null);
    record(Samples.session(), "2026-05-01T12:00:00.001Z", "m", null);

    List<UsageEvent> events = new ArrayList<>();
    store().forEachEvent(all(session.tenantId()), events::add);

    assertThat(events.toString()).isEqualTo(List.of(early, late).toString());
    assertThat(store().eventsOf(List.of(late.jobId(), Samples.job())).toString())
        .isEqualTo(List.of(late).toString());
    assertThat(store().eventsOf(List.of())).isEmpty();
  }

  @Test
  void what_the_sink_throws_ends_the_reading() {
    SessionKey session = Samples.session();
    record(session, "2026-05-01T12:00:00Z", "m", "1");
    record(session, "2026-05-01T12:00:01Z", "m", "1");
    List<UsageEvent> seen = new ArrayList<>();

    assertThatThrownBy(() ->
            store()
                .forEachEvent(
                    all(session.tenantId()),
                    event -> {
                      seen.add(event);
                      throw new IllegalArgumentException("enough");
                    }))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(seen).hasSize(1);
  }

  @Test
  void the_time_range_includes_its_begin_and_not_its_end() {
    SessionKey session = Samples.session();
    record(session, "2026-05-01T11:59:59.999Z", "m", "1");
    record(session, "2026-05-01T12:00:00.000Z", "m", "2");
    record(session, "2026-05-01T12:59:59.999Z", "m", "4");
    record(session, "2026-05-01T13:00:00.000Z", "m", "8");

    UsageSum sum =
        store()
            .sum(
                in(
                    session.tenantId(),
                    session,
                    null,
                    "2026-05-01T12:00:00Z",
                    "2026-05-01T13:00:00Z"),
                List.of(),
                ZoneOffset.UTC)
            .getFirst();
    assertThat(sum.requestCount()).isEqualTo(2);
    assertThat(sum.costUSD()).isEqualByComparingTo("6");
  }

  @Test
  void sums_of_nothing_are_one_row_of_zeros_without_groups_and_no_rows_with() {
    TenantId tenant = Samples.tenant();
    for (UsageFilter filter : List.of(all(tenant), ledger(tenant))) {
      assertThat(store().sum(filter, List.of(), ZoneOffset.UTC))
          .singleElement()
          .satisfies(sum -> {
            assertThat(sum.group()).isEmpty();
            assertThat(sum.requestCount()).isZero();
            assertThat(sum.costUSD()).isEqualByComparingTo("0");
          });
      assertThat(store().sum(filter, List.of(MODEL), ZoneOffset.UTC)).isEmpty();
    }
  }

  @Test
  void the_ledger_is_summed_exactly_and_unknown_costs_are_counted() {
    SessionKey session = Samples.session();
    record(session, "2026-05-01T12:00:00Z", "m", "0.1");
    record(session, "2026-05-01T12:00:00Z", "m", "0.2");
    record(session, "2026-05-01T12:00:00Z", "m", null);

    UsageSum sum = store().sum(ledger(session.tenantId()), List.of(), ZoneOffset.UTC).getFirst();
    assertThat(sum.requestCount()).isEqualTo(3);
    assertThat(sum.inputTokens()).isEqualTo(300);
    assertThat(sum.outputTokens()).isEqualTo(60);
    assertThat(sum.cachedTokens()).isEqualTo(120);
    assertThat(sum.cachedWriteTokens()).isEqualTo(15);
    assertThat(sum.reasoningTokens()).isEqualTo(9);
    assertThat(sum.costUSD()).isEqualByComparingTo("0.3");
    assertThat(sum.unpricedRequestCount()).isEqualTo(1);
  }

  @Test
  void the_ledger_is_grouped_by_what_totals_do_not_know() {
    SessionKey session = Samples.session();
    SessionKey other = Samples.session(session.tenantId());
    record(session, "2026-05-01T12:00:00Z", "m1", "1");
    record(session, "2026-05-01T12:00:00Z", "m2", "1");
    record(other, "2026-05-01T12:00:00Z", "m1", "1");

    List<UsageSum> sums =
        store()
            .sum(all(session.tenantId()), List.of(MODEL, SESSION, BOT, PROVIDER), ZoneOffset.UTC);
    assertThat(groups(sums))
        .containsExactly(
            List.of("m1", session.sessionId().value(), "bot-1", "provider-a"),
            List.of("m1", other.sessionId().value(), "bot-1", "provider-a"),
            List.of("m2", session.sessionId().value(), "bot-1", "provider-a"));
  }

  @Test
  void days_and_months_are_those_of_the_time_zone() {
    SessionKey session = Samples.session();
    record(session, "2026-05-31T21:59:59.999Z", "m", "1");
    record(session, "2026-05-31T22:00:00.000Z", "m", "1");

    assertThat(groups(store().sum(ledger(session.tenantId()), List.of(DAY, MONTH), BERLIN)))
        .containsExactly(List.of("2026-05-31", "2026-05"), List.of("2026-06-01", "2026-06"));
    assertThat(
            groups(store().sum(ledger(session.tenantId()), List.of(DAY), ZoneOffset.ofHours(-2))))
        .containsExactly(List.of("2026-05-31"));
    assertThat(groups(store().sum(ledger(session.tenantId()), List.of(DAY), ZoneOffset.ofHours(3))))
        .containsExactly(List.of("2026-06-01"));
  }

  @Test
  void hours_that_a_clock_strikes_twice_are_told_apart() {
    SessionKey session = Samples.session();
    record(session, "2026-10-25T00:30:00Z", "m", "1");
    record(session, "2026-10-25T01:30:00Z", "m", "1");

    assertThat(groups(store().sum(ledger(session.tenantId()), List.of(HOUR), BERLIN)))
        .containsExactlyInAnyOrder(
            List.of("2026-10-25T02:00:00+02:00"), List.of("2026-10-25T02:00:00+01:00"));
  }

  @Test
  void zones_off_the_hour_are_summed_from_the_ledger() {
    SessionKey session = Samples.session();
    record(session, "2026-05-01T12:29:00Z", "m", "1");
    record(session, "2026-05-01T12:31:00Z", "m", "1");

    assertThat(groups(store().sum(all(session.tenantId()), List.of(HOUR), KOLKATA)))
        .containsExactly(
            List.of("2026-05-01T17:00:00+05:30"), List.of("2026-05-01T18:00:00+05:30"));
  }

  @Test
  void a_zone_that_shares_its_name_with_an_offset_has_its_summer_time() {
    SessionKey session = Samples.session();
    SessionKey western = Samples.session();
    SessionKey eastern = Samples.session();
    record(session, "2026-06-30T22:30:00Z", "m", "1");
    record(western, "2026-06-30T23:30:00Z", "m", "1");
    record(eastern, "2026-06-30T21:30:00Z", "m", "1");

    Map.of("CET", session, "MET", session, "EET", eastern, "WET", western)
        .forEach((zone, of) ->
            assertThat(groups(store().sum(ledger(of.tenantId()), List.of(DAY), ZoneId.of(zone))))
                .as(zone)
                .containsExactly(List.of("2026-07-01")));
  }

  @Test
  void totals_answer_what_they_are_fine_enough_for() {
    TenantId tenant = Samples.tenant();
    store()
        .writeTotals(
            List.of(
                total(tenant, "2026-05-31T21:00:00Z", "m1", 1, 5, "0.1"),
                total(tenant, "2026-05-31T22:00:00Z", "m1", 1, 7, "0.2"),
                total(tenant, "2026-05-31T22:00:00Z", "m2", 1, 1, "0.4")));

    UsageSum all = store().sum(all(tenant), List.of(), ZoneOffset.UTC).getFirst();
    assertThat(all.requestCount()).isEqualTo(13);
    assertThat(all.inputTokens()).isEqualTo(130);
    assertThat(all.outputTokens()).isEqualTo(26);
    assertThat(all.reasoningTokens()).isEqualTo(13);
    assertThat(all.cachedTokens()).isEqualTo(39);
    assertThat(all.cachedWriteTokens()).isEqualTo(52);
    assertThat(all.costUSD()).isEqualByComparingTo("0.7");
    assertThat(all.unpricedRequestCount()).isEqualTo(3);

    List<UsageSum> byDay = store().sum(all(tenant), List.of(TENANT, DAY, MODEL), BERLIN);
    assertThat(groups(byDay))
        .containsExactly(
            List.of(tenant.value(), "2026-05-31", "m1"),
            List.of(tenant.value(), "2026-06-01", "m1"),
            List.of(tenant.value(), "2026-06-01", "m2"));
    assertThat(byDay).extracting(UsageSum::requestCount).containsExactly(5L, 7L, 1L);
    assertThat(
            store()
                .sum(
                    in(tenant, null, "m1", "2026-05-31T22:00:00Z", "2026-05-31T23:00:00Z"),
                    List.of(HOUR),
                    ZoneOffset.UTC))
        .singleElement()
        .satisfies(sum -> {
          assertThat(sum.group()).containsExactly("2026-05-31T22:00:00Z");
          assertThat(sum.requestCount()).isEqualTo(7);
        });
  }

  @Test
  void a_range_off_the_hour_is_summed_from_the_ledger() {
    SessionKey session = Samples.session();
    TenantId tenant = session.tenantId();
    record(session, "2026-05-01T12:45:00Z", "m", "1");
    store().writeTotals(List.of(total(tenant, "2026-05-01T12:00:00Z", "m", 1, 99, "5")));

    UsageSum sum =
        store()
            .sum(in(tenant, null, null, "2026-05-01T12:30:00Z", null), List.of(), ZoneOffset.UTC)
            .getFirst();
    assertThat(sum.requestCount()).isEqualTo(1);
  }

  @Test
  void whole_hours_are_summed_from_the_totals_and_only_the_rest_from_the_ledger() {
    SessionKey session = Samples.session();
    TenantId tenant = session.tenantId();
    for (String time :
        List.of("12:29:59.999", "12:30:00", "13:30:00", "14:29:59.999", "14:30:00")) {
      record(session, "2026-05-01T" + time + "Z", "m", "1");
    }
    // unlike the ledger, to tell them apart
    for (String hour : List.of("12", "13", "14", "15")) {
      store()
          .writeTotals(List.of(total(tenant, "2026-05-01T" + hour + ":00:00Z", "m", 1, 50, "9")));
    }

    UsageFilter range =
        in(tenant, null, null, "2026-05-01T12:30:00.000Z", "2026-05-01T14:30:00.000Z");
    assertThat(store().sum(range, List.of(MODEL), ZoneOffset.UTC))
        .singleElement()
        .satisfies(sum -> {
          assertThat(sum.requestCount()).isEqualTo(1 + 50 + 1);
          assertThat(sum.costUSD()).isEqualByComparingTo("11");
        });
  }

  @Test
  void days_off_the_hour_take_only_the_hours_that_they_share_from_the_ledger() {
    SessionKey session = Samples.session();
    TenantId tenant = session.tenantId();
    record(session, "2026-05-01T18:29:59.999Z", "m", "1");
    record(session, "2026-05-01T18:30:00Z", "m", "1");
    record(session, "2026-05-01T19:30:00Z", "m", "1");
    for (String hour : List.of("17", "18", "19")) {
      store()
          .writeTotals(List.of(total(tenant, "2026-05-01T" + hour + ":00:00Z", "m", 1, 50, "9")));
    }

    List<UsageSum> sums = store().sum(all(tenant), List.of(DAY), KOLKATA);
    assertThat(groups(sums)).containsExactly(List.of("2026-05-01"), List.of("2026-05-02"));
    assertThat(sums).extracting(UsageSum::requestCount).containsExactly(50L + 1, 1L + 50);
  }

  @Test
  void hours_that_two_groups_share_are_seen_of_a_model_whose_totals_lag() {
    SessionKey session = Samples.session();
    TenantId tenant = session.tenantId();
    record(session, "2026-05-01T18:29:59.999Z", "m1", "1");
    record(session, "2026-05-01T18:30:00Z", "m1", "1");
    record(session, "2026-05-01T18:31:00Z", "m2", "1");
    store().writeTotals(List.of(total(tenant, "2026-05-01T18:00:00Z", "m2", 1, 1, "1")));

    assertThat(store().sum(in(tenant, null, "m1", null, null), List.of(DAY), KOLKATA))
        .extracting(UsageSum::group, UsageSum::requestCount)
        .containsExactly(tuple(List.of("2026-05-01"), 1L), tuple(List.of("2026-05-02"), 1L));
  }

  @Test
  void random_questions_are_answered_as_a_plain_sum_over_the_rows_answers_them() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("UsageStoreContract -Dseed=" + seed);
    RandomUsage usage = new RandomUsage(new SplittableRandom(seed), Samples.tenant());
    write(usage.sessions());
    store().writeTotals(usage.totals());
    ask(usage, seed);

    rollUpAll();
    ask(usage, seed);

    // late, and corrections, in hours and days that were rolled up
    write(usage.more(20));
    store().writeTotals(usage.totals());
    ask(usage, seed);

    rollUpAll();
    ask(usage, seed);
  }

  protected final void rollUpAll() {
    while (store().rollUp(now()) > 0) {
      // again
    }
  }

  private void write(Map<SessionKey, List<UsageEvent>> usage) {
    usage.forEach((session, events) ->
        writer()
            .commit(
                List.of(
                    new TurnEnd(
                        new JobOutcome.Cancelled(Samples.ended(Samples.job(), session, 1)),
                        1,
                        0,
                        List.of(),
                        events))));
  }

  private void ask(RandomUsage usage, long seed) {
    for (int i = 0; i < 200; i++) {
      RandomUsage.Question question = usage.question();
      assertThat(
              usage.describe(store().sum(question.filter(), question.groupBy(), question.zone())))
          .as("seed %s, %s", seed, question)
          .isEqualTo(usage.answer(question));
    }
  }

  @Test
  void of_two_totals_of_a_cell_the_higher_version_stays_whatever_the_order() {
    TenantId tenant = Samples.tenant();
    UsageTotal older = total(tenant, "2026-05-01T12:00:00Z", "m", 3, 3, "3");
    UsageTotal newer = total(tenant, "2026-05-01T12:00:00Z", "m", 4, 4, "4");
    UsageTotal same = total(tenant, "2026-05-01T12:00:00Z", "m", 4, 100, "100");

    store().writeTotals(List.of(newer, older));
    store().writeTotals(List.of(older));
    store().writeTotals(List.of(same));

    UsageSum sum = store().sum(all(tenant), List.of(), ZoneOffset.UTC).getFirst();
    assertThat(sum.requestCount()).isEqualTo(4);
    assertThat(store().totalsAsOf()).isEqualTo(now());
    store().writeTotals(List.of());
  }

  @Test
  void many_events_are_read_without_losing_any() {
    SessionKey session = Samples.session();
    List<UsageEvent> events =
        IntStream.range(0, 5_000)
            .mapToObj(i ->
                Samples.usage(
                    Samples.job(),
                    session,
                    1,
                    Instant.parse("2026-05-01T12:00:00Z").plusMillis(i),
                    "m",
                    BigDecimal.ONE))
            .toList();
    writer()
        .commit(
            List.of(
                new TurnEnd(
                    new JobOutcome.Cancelled(Samples.ended(Samples.job(), session, 1)),
                    1,
                    0,
                    List.of(),
                    events)));

    List<String> ids = new ArrayList<>();
    store().forEachEvent(all(session.tenantId()), event -> ids.add(event.eventId()));
    assertThat(ids).isEqualTo(events.stream().map(UsageEvent::eventId).toList());
  }
}
