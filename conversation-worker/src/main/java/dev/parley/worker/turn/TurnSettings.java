package dev.parley.worker.turn;

import dev.parley.pricing.ContextWindows;
import dev.parley.schemas.CompactionStrategy;
import dev.parley.worker.provider.Deadlines;

/**
 * What every turn of a worker keeps to.
 *
 * @param maxContextMessages how many of a session's newest messages are loaded and may be sent
 * @param maxContextTokens the most estimated tokens of context when the session sets no bound
 * @param maxOutputTokens the bound of the answer when the request sets none
 * @param contextStrategy what is done with messages for which there is no room, in sessions that do
 *     not say
 * @param maxSummaryTokens the bound of a summary
 * @param windows how much models take in and give out together
 */
public record TurnSettings(
    int maxContextMessages,
    int maxContextTokens,
    int maxOutputTokens,
    Deadlines deadlines,
    CompactionStrategy contextStrategy,
    int maxSummaryTokens,
    ContextWindows windows) {

  public static final int DEFAULT_SUMMARY_TOKENS = 1_000;

  public TurnSettings {
    if (maxContextMessages < 1
        || maxContextTokens < 1
        || maxOutputTokens < 1
        || maxSummaryTokens < 1) {
      throw new IllegalArgumentException("context and output bounds must be at least 1");
    }
  }

  /** With windows that slide, and are as large as this release knows. */
  public TurnSettings(
      int maxContextMessages, int maxContextTokens, int maxOutputTokens, Deadlines deadlines) {
    this(
        maxContextMessages,
        maxContextTokens,
        maxOutputTokens,
        deadlines,
        CompactionStrategy.SLIDING_WINDOW,
        DEFAULT_SUMMARY_TOKENS,
        ContextWindows.bundled());
  }
}
