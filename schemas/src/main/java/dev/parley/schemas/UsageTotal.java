package dev.parley.schemas;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * The sum of all usage events of one cell: a record of {@link Topics#USAGE_TOTALS}, absolute, so
 * that the newest one is all that is needed.
 *
 * @param version grows with every event that was added; of two totals of one cell the higher wins
 * @param costUSD the exact sum over the priced events
 * @param unpricedRequestCount events whose price was unknown and that are not in {@code costUSD}
 * @param estimatedRequestCount events whose tokens were estimated
 */
public record UsageTotal(
    Cell cell,
    long version,
    long requestCount,
    long inputTokens,
    long outputTokens,
    long reasoningTokens,
    long cachedTokens,
    long cachedWriteTokens,
    BigDecimal costUSD,
    long unpricedRequestCount,
    long estimatedRequestCount) {

  /**
   * The grain of the totals.
   *
   * @param hour the begin of an hour, UTC
   */
  public record Cell(TenantId tenantId, Instant hour, String provider, String model) {}

  @Override
  @JsonProperty("costUSD")
  public BigDecimal costUSD() {
    return costUSD;
  }
}
