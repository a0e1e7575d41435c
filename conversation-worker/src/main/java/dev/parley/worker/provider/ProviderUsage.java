package dev.parley.worker.provider;

import dev.parley.pricing.TokenCounts;

/**
 * What one call used, in tokens, in one meaning for all providers.
 *
 * @param inputTokens all input: fresh, read from the cache and written to it
 * @param outputTokens all output, reasoning included
 * @param cachedReadTokens the part of the input that was read from the provider's cache
 * @param cachedWrite5mTokens the part of the input that was written to a cache of five minutes
 * @param cachedWrite1hTokens the part of the input that was written to a cache of an hour
 * @param reasoningTokens the part of the output that was reasoning
 * @param unfinished whether more of the answer came after the provider had told this, so that the
 *     output may have been more
 */
public record ProviderUsage(
    long inputTokens,
    long outputTokens,
    long cachedReadTokens,
    long cachedWrite5mTokens,
    long cachedWrite1hTokens,
    long reasoningTokens,
    boolean unfinished) {

  /** Of a whole answer. */
  public ProviderUsage(
      long inputTokens,
      long outputTokens,
      long cachedReadTokens,
      long cachedWrite5mTokens,
      long cachedWrite1hTokens,
      long reasoningTokens) {
    this(
        inputTokens,
        outputTokens,
        cachedReadTokens,
        cachedWrite5mTokens,
        cachedWrite1hTokens,
        reasoningTokens,
        false);
  }

  /**
   * Parts that exceed their whole are cut to it: a provider's slip must not make prices negative.
   */
  public ProviderUsage {
    inputTokens = Math.max(0, inputTokens);
    outputTokens = Math.max(0, outputTokens);
    cachedReadTokens = Math.clamp(cachedReadTokens, 0, inputTokens);
    cachedWrite5mTokens = Math.clamp(cachedWrite5mTokens, 0, inputTokens - cachedReadTokens);
    cachedWrite1hTokens =
        Math.clamp(cachedWrite1hTokens, 0, inputTokens - cachedReadTokens - cachedWrite5mTokens);
    reasoningTokens = Math.clamp(reasoningTokens, 0, outputTokens);
  }

  public static ProviderUsage of(long inputTokens, long outputTokens) {
    return new ProviderUsage(inputTokens, outputTokens, 0, 0, 0, 0);
  }

  /** The same, after which more of the answer came. */
  public ProviderUsage asUnfinished() {
    return unfinished ? this : with(outputTokens, true);
  }

  /**
   * The same with the output that came, if that was more than the provider had told by then; itself
   * when it is known better.
   *
   * @param estimatedOutputTokens of all that came of the answer
   */
  public ProviderUsage withAtLeast(long estimatedOutputTokens) {
    return unfinished && estimatedOutputTokens > outputTokens
        ? with(estimatedOutputTokens, true)
        : this;
  }

  private ProviderUsage with(long output, boolean nowUnfinished) {
    return new ProviderUsage(
        inputTokens,
        output,
        cachedReadTokens,
        cachedWrite5mTokens,
        cachedWrite1hTokens,
        reasoningTokens,
        nowUnfinished);
  }

  public long cachedWriteTokens() {
    return cachedWrite5mTokens + cachedWrite1hTokens;
  }

  /** As prices are applied to it. */
  public TokenCounts priced() {
    return new TokenCounts(
        freshInputTokens(),
        cachedReadTokens,
        cachedWrite5mTokens,
        cachedWrite1hTokens,
        outputTokens);
  }

  /** Input at the full price: neither read from a cache nor written to one. */
  public long freshInputTokens() {
    return inputTokens - cachedReadTokens - cachedWriteTokens();
  }
}
