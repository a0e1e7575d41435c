package dev.parley.simulator.script;

import org.jspecify.annotations.Nullable;

/**
 * How one call is answered; what {@link Directives} write down.
 *
 * @param latency from the request's last byte to the first token
 * @param tokensPerSecond the pace of the tokens after the first; 0 is all at once
 * @param tokens the exact length of the reply in tokens; 0 leaves it as it comes
 * @param failure an error answer, when there is to be one
 * @param failureRate the share of calls, drawn from the seed, to which {@code failure} happens; 1
 *     when it was asked for outright
 * @param disruption where a streamed reply breaks off, if it does
 * @param usage whether token counts are reported
 * @param finish the reason that is given for the end, instead of the true one, in OpenAI's words
 * @param tool calls this tool instead of answering with text
 * @param cachedTokens how many of the prompt's tokens are reported as read from a cache
 * @param cacheWriteTokens how many of the prompt's tokens are reported as written to a cache
 * @param cacheWrite1hTokens how many more as written to a cache that lasts an hour, in the format
 *     that tells these apart
 * @param reasoningTokens how many tokens of reasoning are reported on top of the reply's, and told
 *     where the request asks for that
 * @param window how many tokens prompt and longest reply may have together; 0 for any number
 * @param key what failing calls are counted by
 * @param session the session that the call is logged under
 */
public record Behaviour(
    Delay latency,
    double tokensPerSecond,
    int tokens,
    @Nullable Failure failure,
    double failureRate,
    @Nullable Break disruption,
    boolean usage,
    @Nullable String finish,
    @Nullable String tool,
    int cachedTokens,
    int cacheWriteTokens,
    int cacheWrite1hTokens,
    int reasoningTokens,
    int window,
    @Nullable String key,
    @Nullable String session) {

  /** At once, whole and well. */
  public static final Behaviour INSTANT =
      new Behaviour(Delay.NONE, 0, 0, null, 1, null, true, null, null, 0, 0, 0, 0, 0, null, null);
}
