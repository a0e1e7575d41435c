package dev.parley.storage;

import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the usage ledger (a row per provider call), the totals (a row per cell), and the price
 * books that the ledger was priced with.
 */
public interface UsageStore {

  /** The ledger rows of these jobs, for publishing them again. */
  List<UsageEvent> eventsOf(Collection<JobId> jobIds);

  /**
   * Hands over ledger rows, oldest first, without ever holding them all.
   *
   * @param sink called on the caller's thread; what it throws ends the reading and is passed on
   */
  void forEachEvent(UsageFilter filter, Consumer<UsageEvent> sink);

  /**
   * As {@link #forEachEvent}, but as text that the store writes itself, where it has such a way:
   * many times faster for a million rows.
   *
   * @param sink is given a line at a time, with its line feed, in UTF-8, as PostgreSQL's COPY
   *     writes CSV: quoted as in RFC 4180, nothing for null, {@code ""} for an empty text, {@code
   *     t} and {@code f}, times as {@code 2026-01-31 12:00:00.12+00}. The columns are {@link
   *     #LINE_COLUMNS}. What it throws ends the reading and is passed on
   * @return false when the store has no such way; then nothing was handed over
   */
  default boolean forEachLine(UsageFilter filter, Consumer<byte[]> sink) {
    return false;
  }

  /** The columns of {@link #forEachLine}, named as the fields of an event are. */
  List<String> LINE_COLUMNS =
      List.of(
          "eventId",
          "requestId",
          "jobId",
          "sessionId",
          "tenantId",
          "botId",
          "provider",
          "model",
          "finishReason",
          "durationMs",
          "timestamp",
          "routingDecision",
          "metadata",
          "inputTokens",
          "outputTokens",
          "cachedTokens",
          "cachedReadTokens",
          "cachedWriteTokens",
          "reasoningTokens",
          "costUSD",
          "priceVersion",
          "estimated",
          "cachedWrite1hTokens",
          "corrects");

  /**
   * Sums. Read from the totals where the filter and the grouping allow it, else from the ledger.
   *
   * @return a row per group, ordered by the group; one row without groups when {@code groupBy} is
   *     empty, also when there was no usage
   */
  List<UsageSum> sum(UsageFilter filter, List<UsageDimension> groupBy, ZoneId zone);

  /**
   * Writes absolute totals; one with a version that is not higher than what is there is ignored, so
   * replays converge.
   */
  void writeTotals(Collection<UsageTotal> totals);

  /**
   * Adds up some of the hours and days whose totals have changed, so that {@link #sum} need not
   * read their rows one by one. No sum ever depends on whether this was called.
   *
   * @param until only hours and days that have ended by then
   * @return how many were looked at: none when nothing is left to do, or the store has no such way
   */
  default int rollUp(Instant until) {
    return 0;
  }

  /** When totals were last written, null when never. */
  @Nullable Instant totalsAsOf();

  /**
   * Keeps a price book; the first one of a version stays.
   *
   * @param json the book's text
   * @return false when there is another book of that version
   */
  boolean recordPriceBook(String version, String json);

  /** The text of a price book that calls were priced with. */
  @Nullable String priceBook(String version);

  /**
   * Which usage.
   *
   * @param tenantId null: all tenants, for administrators and batch exports
   * @param since inclusive
   * @param until exclusive
   */
  record UsageFilter(
      @Nullable TenantId tenantId,
      @Nullable SessionId sessionId,
      @Nullable String botId,
      @Nullable String model,
      @Nullable String provider,
      @Nullable Instant since,
      @Nullable Instant until) {

    public static UsageFilter ofTenant(TenantId tenantId) {
      return new UsageFilter(tenantId, null, null, null, null, null, null);
    }
  }

  /** What sums can be grouped by. */
  enum UsageDimension {
    TENANT,
    PROVIDER,
    MODEL,
    SESSION,
    BOT,
    HOUR,
    DAY,
    MONTH
  }

  /**
   * The sum of a group.
   *
   * @param group the group's values in the order of {@code groupBy}; times as ISO 8601 text (hours
   *     with offset, days as dates, months as yyyy-MM), null where the row has no such value
   * @param costUSD the exact sum of the known costs
   * @param unpricedRequestCount requests whose cost is not known
   */
  record UsageSum(
      List<@Nullable String> group,
      long requestCount,
      long inputTokens,
      long outputTokens,
      long reasoningTokens,
      long cachedTokens,
      long cachedWriteTokens,
      BigDecimal costUSD,
      long unpricedRequestCount) {}
}
