package dev.parley.usage.exports;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.parley.schemas.UsageEvent;
import java.math.BigDecimal;

/** Exact sums over ledger rows; differences of such sums may be negative. */
record Sums(
    long requestCount,
    long inputTokens,
    long outputTokens,
    long reasoningTokens,
    long cachedTokens,
    long cachedWriteTokens,
    BigDecimal costUSD,
    long unpricedRequestCount,
    long estimatedRequestCount) {

  /** Costs without trailing zeros, so that equal sums are equal, and equal text. */
  Sums {
    costUSD = plain(costUSD);
  }

  static final Sums NONE = new Sums(0, 0, 0, 0, 0, 0, BigDecimal.ZERO, 0, 0);

  static Sums of(UsageEvent event) {
    BigDecimal cost = event.costUSD();
    return new Sums(
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

  Sums plus(Sums other) {
    return new Sums(
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

  Sums minus(Sums other) {
    return plus(
        new Sums(
            -other.requestCount,
            -other.inputTokens,
            -other.outputTokens,
            -other.reasoningTokens,
            -other.cachedTokens,
            -other.cachedWriteTokens,
            other.costUSD.negate(),
            -other.unpricedRequestCount,
            -other.estimatedRequestCount));
  }

  @Override
  @JsonProperty("costUSD")
  public BigDecimal costUSD() {
    return costUSD;
  }

  static BigDecimal plain(BigDecimal amount) {
    return amount.signum() == 0 ? BigDecimal.ZERO : amount.stripTrailingZeros();
  }

  @JsonIgnore
  boolean isNothing() {
    return requestCount == 0
        && inputTokens == 0
        && outputTokens == 0
        && reasoningTokens == 0
        && cachedTokens == 0
        && cachedWriteTokens == 0
        && costUSD.signum() == 0
        && unpricedRequestCount == 0
        && estimatedRequestCount == 0;
  }
}
