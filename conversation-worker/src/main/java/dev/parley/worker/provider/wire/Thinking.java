package dev.parley.worker.provider.wire;

import dev.parley.schemas.chat.ReasoningOptions;
import dev.parley.schemas.chat.ReasoningOptions.Effort;
import dev.parley.worker.provider.ProviderCall;
import org.jspecify.annotations.Nullable;

/**
 * How much a call is to reason, as a level and as a number of tokens: formats take the one or the
 * other, and the one that was not asked for follows from the other and from the bound of the
 * answer.
 *
 * @param tokens the most tokens of reasoning, never all that the answer may have
 * @param told whether what is reasoned is wanted as well
 */
record Thinking(Effort effort, int tokens, boolean told) {

  /** In percent of the answer's bound; at least a fifth of it is left to the answer. */
  private static final int LOW = 20;

  private static final int MEDIUM = 50;
  private static final int HIGH = 80;

  /** Null when the call leaves it to the model. */
  static @Nullable Thinking of(ProviderCall call) {
    ReasoningOptions asked = call.options().reasoning();
    if (asked == null) {
      return null;
    }
    int bound = call.maxOutputTokens();
    Integer tokens = asked.maxTokens();
    Effort effort = asked.effort();
    if (effort == null) {
      effort = tokens == null ? Effort.MEDIUM : effortFor(tokens, bound);
    }
    int most = partOf(bound, HIGH);
    return new Thinking(
        effort,
        tokens == null ? partOf(bound, percentOf(effort)) : Math.min(tokens, most),
        !Boolean.FALSE.equals(asked.summary()));
  }

  private static Effort effortFor(int tokens, int bound) {
    if (tokens <= partOf(bound, (LOW + MEDIUM) / 2)) {
      return Effort.LOW;
    }
    return tokens <= partOf(bound, (MEDIUM + HIGH) / 2) ? Effort.MEDIUM : Effort.HIGH;
  }

  private static int percentOf(Effort effort) {
    return switch (effort) {
      case LOW -> LOW;
      case MEDIUM -> MEDIUM;
      case HIGH -> HIGH;
    };
  }

  private static int partOf(int bound, int percent) {
    return Math.toIntExact((long) bound * percent / 100);
  }
}
