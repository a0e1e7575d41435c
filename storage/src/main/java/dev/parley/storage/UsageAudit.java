package dev.parley.storage;

import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageCounts;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares what was counted, what was added up, and what stands in the ledger. */
public interface UsageAudit {

  /** Writes absolute counts; those that have not read more than what is there are ignored. */
  void writeCounts(Collection<UsageCounts> counts);

  /**
   * Every tenant's hours that have counts, totals or rows.
   *
   * @param tenantId null: all, and what belongs to no tenant
   * @param since the begin of an hour
   * @param until the begin of an hour, exclusive
   * @return by hour, then by tenant
   */
  List<HourAudit> audit(@Nullable TenantId tenantId, Instant since, Instant until);

  /**
   * One tenant's hour.
   *
   * @param tenantId null for records that do not tell whose they are
   * @param totals the sum of the hour's totals
   * @param rows the sum of the hour's rows in the ledger
   * @param differing the cells whose total is not the sum of their rows
   */
  record HourAudit(
      @Nullable TenantId tenantId,
      Instant hour,
      Counts counts,
      Measures totals,
      Measures rows,
      List<CellAudit> differing) {

    /** Whether nothing was lost on the way, and nothing was added, lost or altered afterwards. */
    public boolean isBalanced() {
      return differing.isEmpty() && counts.isComplete() && counts.added() == totals.eventCount();
    }
  }

  /** What became of the records that were read. */
  record Counts(long read, long aggregated, long duplicate, long late, long deadLettered) {

    public static final Counts NONE = new Counts(0, 0, 0, 0, 0);

    /** Whether something became of each record. */
    public boolean isComplete() {
      return read == aggregated + duplicate + late + deadLettered;
    }

    /** How many events were added to totals. */
    public long added() {
      return aggregated + late;
    }
  }

  /** A cell, its total, and the sum of its rows. */
  record CellAudit(UsageTotal.Cell cell, Measures total, Measures rows) {}

  /**
   * All that is added up.
   *
   * @param eventCount requests, and corrections of their cost
   */
  record Measures(
      long eventCount,
      long requestCount,
      long inputTokens,
      long outputTokens,
      long reasoningTokens,
      long cachedTokens,
      long cachedWriteTokens,
      BigDecimal costUSD,
      long unpricedRequestCount,
      long estimatedRequestCount) {

    public static final Measures NONE = new Measures(0, 0, 0, 0, 0, 0, 0, BigDecimal.ZERO, 0, 0);

    public static Measures of(UsageEvent event) {
      BigDecimal cost = event.costUSD();
      return new Measures(
          1,
          event.requests(),
          event.inputTokens(),
          event.outputTokens(),
          event.reasoningTokens(),
          event.cachedTokens(),
          event.cachedWriteTokens(),
          cost == null ? BigDecimal.ZERO : cost,
          event.unpricedRequests(),
          event.estimated() ? 1 : 0);
    }

    public static Measures of(UsageTotal total) {
      return new Measures(
          total.version(),
          total.requestCount(),
          total.inputTokens(),
          total.outputTokens(),
          total.reasoningTokens(),
          total.cachedTokens(),
          total.cachedWriteTokens(),
          total.costUSD(),
          total.unpricedRequestCount(),
          total.estimatedRequestCount());
    }

    public Measures plus(Measures other) {
      return new Measures(
          eventCount + other.eventCount,
          requestCount + other.requestCount,
          inputTokens + other.inputTokens,
          outputTokens + other.outputTokens,
          reasoningTokens + other.reasoningTokens,
          cachedTokens + other.cachedTokens,
          cachedWriteTokens + other.cachedWriteTokens,
          costUSD.add(other.costUSD),
          unpricedRequestCount + other.unpricedRequestCount,
          estimatedRequestCount + other.estimatedRequestCount);
    }

    /** Whether all is the same; zeros at the end of an amount do not matter. */
    public boolean isSameAs(Measures other) {
      return costUSD.compareTo(other.costUSD) == 0
          && withCost(BigDecimal.ZERO).equals(other.withCost(BigDecimal.ZERO));
    }

    private Measures withCost(BigDecimal cost) {
      return new Measures(
          eventCount,
          requestCount,
          inputTokens,
          outputTokens,
          reasoningTokens,
          cachedTokens,
          cachedWriteTokens,
          cost,
          unpricedRequestCount,
          estimatedRequestCount);
    }
  }
}
