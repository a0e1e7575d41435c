package dev.parley.usage.topology;

import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageTotal;
import java.math.BigDecimal;

/**
 * What has been added up in one cell. Every event that is added raises the version by one, so it is
 * the count of events, and of two sums of one cell the later has the higher.
 */
record CellSums(
    long version,
    long inputTokens,
    long outputTokens,
    long reasoningTokens,
    long cachedTokens,
    long cachedWriteTokens,
    BigDecimal costUSD,
    long unpriced,
    long estimated) {

  static final CellSums NONE = new CellSums(0, 0, 0, 0, 0, 0, BigDecimal.ZERO, 0, 0);

  CellSums plus(UsageEvent event) {
    BigDecimal cost = event.costUSD();
    return new CellSums(
        version + 1,
        inputTokens + event.inputTokens(),
        outputTokens + event.outputTokens(),
        reasoningTokens + event.reasoningTokens(),
        cachedTokens + event.cachedTokens(),
        cachedWriteTokens + event.cachedWriteTokens(),
        cost == null ? costUSD : costUSD.add(cost),
        cost == null ? unpriced + 1 : unpriced,
        event.estimated() ? estimated + 1 : estimated);
  }

  UsageTotal toTotal(UsageTotal.Cell cell) {
    return new UsageTotal(
        cell,
        version,
        version,
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
