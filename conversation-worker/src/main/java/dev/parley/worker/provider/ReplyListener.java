package dev.parley.worker.provider;

/**
 * Hears the deltas of one call, on the calling thread, in order. What it throws ends the call.
 *
 * <p>{@link #onStarted} comes once, before the first delta that the caller can see; tries that
 * failed before are not heard of except through {@link #onRetry}.
 */
public interface ReplyListener {

  /** Hears nothing. */
  ReplyListener NONE = new ReplyListener() {};

  /**
   * @param model the model that answers, as the provider named it
   */
  default void onStarted(String model) {}

  default void onText(String delta) {}

  default void onReasoningStarted() {}

  default void onReasoningDelta(String delta) {}

  default void onReasoningCompleted() {}

  default void onToolCallStart(String id, String name) {}

  /**
   * @param fragment a piece of the JSON text of the arguments; only together do they parse
   */
  default void onToolCallDelta(String id, String fragment) {}

  /**
   * @param json the whole arguments, a JSON object
   */
  default void onToolCallArguments(String id, String name, String json) {}

  /** What is known of the usage so far; the last one is the reply's. */
  default void onUsage(ProviderUsage usage) {}

  /** What the provider said of its limits with this answer. */
  default void onRateLimits(RateLimits limits) {}

  /**
   * A try failed and another one follows; it may have cost money. Failures that end the call are
   * not told here but thrown.
   */
  default void onTryFailed(ProviderException failure) {}

  /**
   * Another try begins.
   *
   * @param attempt the number of the coming try, from 2
   * @param cause the code of the failure before it, see {@link Failure#code()}
   */
  default void onRetry(int attempt, String cause) {}
}
