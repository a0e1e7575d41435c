package dev.parley.simulator.script;

import org.jspecify.annotations.Nullable;

/**
 * What is answered, before it is put into a format.
 *
 * @param serial makes ids unique within one simulator: the context digest and the call's number
 * @param model without directives
 * @param createdAt Unix seconds
 * @param thoughts what is reasoned before; empty when nothing is told of it
 * @param text the text, or the arguments of the tool call as JSON
 * @param tool the tool that is called; null for a text
 * @param finish why it ended, in OpenAI's words
 * @param outputTokens tokens of {@code text}
 * @param reportUsage whether token counts belong into the answer
 */
public record Reply(
    String serial,
    String model,
    long createdAt,
    String thoughts,
    String text,
    @Nullable String tool,
    String finish,
    int promptTokens,
    int cachedTokens,
    int cacheWriteTokens,
    int cacheWrite1hTokens,
    int outputTokens,
    int reasoningTokens,
    boolean reportUsage) {

  /** How many tokens are sent: what is told of the reasoning, and the text. */
  public int streamedTokens() {
    return Tokens.count(thoughts) + outputTokens;
  }

  /** Output and reasoning together, as providers bill them. */
  public int completionTokens() {
    return outputTokens + reasoningTokens;
  }
}
