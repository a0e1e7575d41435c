package dev.parley.schemas.chat;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What one call used, in tokens, and what it cost.
 *
 * @param inputTokens all input, cached input included
 * @param outputTokens all output, reasoning included
 * @param cachedTokens the part of the input that was read from the provider's cache
 * @param cachedWriteTokens the part of the input that was written to the provider's cache
 * @param reasoningTokens the part of the output that was reasoning
 * @param costUSD exact; null when the price is unknown, which is not zero
 * @param estimated true when the provider told nothing and the tokens were estimated here
 */
public record TokenUsage(
    long inputTokens,
    long outputTokens,
    long cachedTokens,
    long cachedWriteTokens,
    long reasoningTokens,
    @Nullable BigDecimal costUSD,
    boolean estimated) {

  public static final TokenUsage NONE = new TokenUsage(0, 0, 0, 0, 0, BigDecimal.ZERO, false);

  @Override
  @JsonProperty("costUSD")
  public @Nullable BigDecimal costUSD() {
    return costUSD;
  }
}
