package dev.parley.worker.turn;

import dev.parley.worker.provider.Deadlines;

/**
 * What every turn of a worker keeps to.
 *
 * @param maxContextMessages how many of a session's newest messages are loaded and may be sent
 * @param maxContextTokens the most estimated tokens of context when the session sets no bound
 * @param maxOutputTokens the bound of the answer when the request sets none
 */
public record TurnSettings(
    int maxContextMessages, int maxContextTokens, int maxOutputTokens, Deadlines deadlines) {

  public TurnSettings {
    if (maxContextMessages < 1 || maxContextTokens < 1 || maxOutputTokens < 1) {
      throw new IllegalArgumentException("context and output bounds must be at least 1");
    }
  }
}
