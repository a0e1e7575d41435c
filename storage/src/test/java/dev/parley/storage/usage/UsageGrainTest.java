package dev.parley.storage.usage;

import static dev.parley.storage.UsageStore.UsageDimension.BOT;
import static dev.parley.storage.UsageStore.UsageDimension.DAY;
import static dev.parley.storage.UsageStore.UsageDimension.HOUR;
import static dev.parley.storage.UsageStore.UsageDimension.MODEL;
import static dev.parley.storage.UsageStore.UsageDimension.MONTH;
import static dev.parley.storage.UsageStore.UsageDimension.SESSION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.TenantId;
import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.usage.UsageGrain.Parts;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

final class UsageGrainTest {

  private static final ZoneId KOLKATA = ZoneId.of("Asia/Kolkata");

  @Test
  void all_zones_but_one_begin_their_hours_at_quarters_of_utc() {
    assertThat(ZoneId.getAvailableZoneIds())
        // its clocks were changed at 00:01
        .filteredOn(zone -> !zone.equals("Antarctica/Casey"))
        .allSatisfy(zone -> assertThat(UsageGrain.hasQuarters(ZoneId.of(zone))).isTrue());
    assertThat(UsageGrain.hasQuarters(ZoneId.of("Antarctica/Casey"))).isFalse();
    assertThat(UsageGrain.hasQuarters(ZoneOffset.ofHoursMinutes(5, 7))).isFalse();
    assertThat(parts(List.of(DAY), ZoneOffset.ofHoursMinutes(5, 7))).isNull();
  }

  @Test
  void hours_are_split_only_where_groups_of_time_are_off_the_hour() {
    assertThat(parts(List.of(), KOLKATA)).isEqualTo(Parts.HOURS);
    assertThat(parts(List.of(MODEL), KOLKATA)).isEqualTo(Parts.HOURS);
    assertThat(parts(List.of(HOUR), ZoneId.of("Europe/Berlin"))).isEqualTo(Parts.HOURS);
    assertThat(parts(List.of(HOUR), KOLKATA)).isEqualTo(Parts.SPLIT_HOURS);
    assertThat(parts(List.of(MONTH), KOLKATA)).isEqualTo(Parts.SPLIT_HOURS);
    // half an hour of summer time
    assertThat(parts(List.of(DAY), ZoneId.of("Australia/Lord_Howe"))).isEqualTo(Parts.SPLIT_HOURS);
  }

  @Test
  void sessions_and_bots_are_known_by_the_day_of_utc() {
    assertThat(parts(List.of(SESSION), KOLKATA)).isEqualTo(Parts.SESSION_DAYS);
    assertThat(parts(List.of(BOT, DAY), ZoneOffset.UTC)).isEqualTo(Parts.SESSION_DAYS);
    assertThat(parts(List.of(SESSION, MONTH), ZoneId.of("Europe/London"))).isNull();
    assertThat(parts(List.of(SESSION, HOUR), ZoneOffset.UTC)).isNull();
  }

  @Test
  void a_range_is_cut_to_the_whole_hours_or_days_within_it() {
    UsageFilter range = range("2026-05-01T12:00:00.001Z", "2026-05-03T12:00:00Z");
    assertThat(UsageGrain.of(range, List.of(), ZoneOffset.UTC))
        .isEqualTo(grain("2026-05-01T13:00:00Z", "2026-05-03T12:00:00Z", Parts.HOURS));
    assertThat(UsageGrain.of(range, List.of(SESSION), ZoneOffset.UTC))
        .isEqualTo(grain("2026-05-02T00:00:00Z", "2026-05-03T00:00:00Z", Parts.SESSION_DAYS));
    UsageFilter within = range("2026-05-01T12:00:00.001Z", "2026-05-01T13:59:00Z");
    assertThat(UsageGrain.of(within, List.of(), ZoneOffset.UTC)).isNull();
    assertThat(UsageGrain.of(within, List.of(SESSION), ZoneOffset.UTC)).isNull();
  }

  private static Parts parts(List<UsageDimension> groupBy, ZoneId zone) {
    UsageGrain grain = UsageGrain.of(UsageFilter.ofTenant(new TenantId("t")), groupBy, zone);
    return grain == null ? null : grain.parts();
  }

  private static UsageGrain grain(String since, String until, Parts parts) {
    return new UsageGrain(Instant.parse(since), Instant.parse(until), parts);
  }

  private static UsageFilter range(String since, String until) {
    return new UsageFilter(
        new TenantId("t"), null, null, null, null, Instant.parse(since), Instant.parse(until));
  }
}
