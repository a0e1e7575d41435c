package dev.parley.usage.topology;

import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import java.math.BigDecimal;

/**
 * What has been added up in one cell.
 *
 * @param version grows by one with every event that is added: of two sums of one cell the later has
 *     the higher
 * @param requests events that were no corrections
 */
record CellSums(
    long version,
    long requests,
    long inputTokens,
    long outputTokens,
    long reasoningTokens,
    long cachedTokens,
    long cachedWriteTokens,
    BigDecimal costUSD,
    long unpriced,
    long estimated) {

  static final CellSums NONE = new CellSums(0, 0, 0, 0, 0, 0, 0, BigDecimal.ZERO, 0, 0);

  CellSums plus(UsageEvent event) {
    BigDecimal cost = event.costUSD();
    return new CellSums(
        version + 1,
        requests + event.requests(),
        inputTokens + event.inputTokens(),
        outputTokens + event.outputTokens(),
        reasoningTokens + event.reasoningTokens(),
        cachedTokens + event.cachedTokens(),
        cachedWriteTokens + event.cachedWriteTokens(),
        cost == null ? costUSD : costUSD.add(cost),
        unpriced + event.unpricedRequests(),
        event.estimated() ? estimated + 1 : estimated);
  }

  CellSums plus(CellSums other) {
    return new CellSums(
        version + other.version,
        requests + other.requests,
        inputTokens + other.inputTokens,
        outputTokens + other.outputTokens,
        reasoningTokens + other.reasoningTokens,
        cachedTokens + other.cachedTokens,
        cachedWriteTokens + other.cachedWriteTokens,
        costUSD.add(other.costUSD),
        unpriced + other.unpriced,
        estimated + other.estimated);
  }

  UsageTotal toTotal(UsageTotal.Cell cell) {
    return new UsageTotal(
        cell,
        version,
        requests,
        inputTokens,
        outputTokens,
        reasoningTokens,
        cachedTokens,
        cachedWriteTokens,
        costUSD,
        unpriced,
        estimated);
  }
}
