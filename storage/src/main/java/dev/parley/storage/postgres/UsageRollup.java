package dev.parley.storage.postgres;

import dev.parley.schemas.TenantId;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.usage.UsageGrain;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which hours or days of a tenant the rollups answer for, within a grain's range: those whose
 * version is that of the totals. Filters of models and providers do not matter here, as a rollup is
 * of all of a tenant's usage.
 */
record UsageRollup(Unit unit, UsageFilter filter, UsageGrain grain) {

  /** What one rollup is of. */
  enum Unit {
    HOUR("hour", "usage_quarters", Duration.ofHours(1)),
    /** 24 hours of UTC. */
    DAY("day", "usage_session_days", Duration.ofHours(24));

    private final String label;
    private final String table;
    private final Duration length;

    Unit(String label, String table, Duration length) {
      this.label = label;
      this.table = table;
      this.length = length;
    }

    /** As it stands in tables, and as date_trunc has it. */
    String label() {
      return label;
    }

    String table() {
      return table;
    }

    Duration length() {
      return length;
    }
  }

  @Nullable Instant since() {
    return grain.since();
  }

  @Nullable Instant until() {
    return grain.until();
  }

  /**
   * The clause that names those that are to be had of rollups {@code asked}, and those of them that
   * rollups answer for {@code valid}, each by when it {@code begins}; the ledger has rows of
   * nothing before or after.
   *
   * @param which are asked, as a condition on {@code begins}
   */
  Sql with(Sql which) {
    return new Sql(
            """
            with asked as materialized (
              select begins from (
                select min(occurred_at) as first, max(occurred_at) as last from usage_events
            """)
        .plus(where("occurred_at"))
        .plus(
            """
            ) ends cross join lateral generate_series(
              date_trunc('%1$s', first, 'UTC'), last, %2$s) as s(begins)
            where
            """
                .formatted(unit.label(), length()))
        .plus(which)
        .plus(
            """
            ), valid as materialized (
              select r.begins from usage_rollups r join (
                select date_trunc('%1$s', hour, 'UTC') as begins, sum(version) as version
                from usage_totals
            """
                .formatted(unit.label()))
        .plus(where("hour"))
        .plus(" group by 1) t on t.begins = r.begins and t.version = r.version")
        .plus(where("r.begins"))
        .plus(
            """
             and r.grain = '%s' and r.begins in (select begins from asked))
            """
                .formatted(unit.label()));
  }

  /** The others, from {@code begins} to {@code next}. */
  Sql missing() {
    return new Sql(
        """
        select begins, begins + %s as next from asked a
        where not exists (select from valid v where v.begins = a.begins)
        """
            .formatted(length()));
  }

  private String length() {
    return "interval '" + unit.length().toHours() + " hours'";
  }

  private Sql where(String time) {
    TenantId tenant = filter.tenantId();
    UsageFilter all = new UsageFilter(tenant, null, null, null, null, null, null);
    return UsageFilters.where(all, time, grain.since(), grain.until());
  }
}
