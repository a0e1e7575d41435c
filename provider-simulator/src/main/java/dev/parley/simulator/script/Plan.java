package dev.parley.simulator.script;

import org.jspecify.annotations.Nullable;

/**
 * The course of one call, drawn up before it begins.
 *
 * @param latencyNanos until the first token or the error answer
 * @param tokensPerSecond 0 is all at once
 * @param failure answer with this error, instead of the reply
 * @param disruption where the reply breaks off
 */
public record Plan(
    Reply reply,
    long latencyNanos,
    double tokensPerSecond,
    @Nullable Failure failure,
    @Nullable Break disruption) {

  /** Nanoseconds from the first token to the one at {@code index}. */
  public long nanosTo(int index) {
    return tokensPerSecond == 0 ? 0 : (long) (index * 1e9 / tokensPerSecond);
  }

  /** How many tokens are due so many nanoseconds after the first. */
  public int dueAfter(long nanos) {
    if (tokensPerSecond == 0) {
      return Integer.MAX_VALUE;
    }
    return nanos < 0 ? 0 : 1 + (int) Math.min(nanos * tokensPerSecond / 1e9, Integer.MAX_VALUE - 1);
  }
}
