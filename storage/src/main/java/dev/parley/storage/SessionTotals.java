package dev.parley.storage;

import dev.parley.schemas.chat.TokenUsage;
import java.math.BigDecimal;

/**
 * What a session's turns used in all.
 *
 * @param costUSD the exact sum of the known costs
 */
public record SessionTotals(
    long inputTokens,
    long outputTokens,
    long cachedTokens,
    long reasoningTokens,
    BigDecimal costUSD) {

  public static final SessionTotals ZERO = new SessionTotals(0, 0, 0, 0, BigDecimal.ZERO);

  public SessionTotals plus(SessionTotals more) {
    return new SessionTotals(
        inputTokens + more.inputTokens,
        outputTokens + more.outputTokens,
        cachedTokens + more.cachedTokens,
        reasoningTokens + more.reasoningTokens,
        costUSD.add(more.costUSD));
  }

  public SessionTotals plus(TokenUsage usage) {
    BigDecimal cost = usage.costUSD();
    return new SessionTotals(
        inputTokens + usage.inputTokens(),
        outputTokens + usage.outputTokens(),
        cachedTokens + usage.cachedTokens(),
        reasoningTokens + usage.reasoningTokens(),
        cost == null ? costUSD : costUSD.add(cost));
  }
}
