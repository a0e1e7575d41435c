package dev.parley.worker.provider;

/**
 * Calls a model and waits for its answer.
 *
 * <p>Implementations are thread-safe; thousands of calls run at the same time, each on a virtual
 * thread of its own.
 */
public interface ChatProvider {

  /** The provider's name in usage records and routes, for instance {@code openai}. */
  String name();

  /**
   * Makes one call. The listener is called on the calling thread, in the order of the stream.
   *
   * @throws ProviderException for every failure of the provider or of the way to it; says whether
   *     and when another try makes sense
   * @throws InterruptedException when the calling thread is interrupted, which is how a call is
   *     cancelled: the exchange is aborted before this is thrown, so that the provider stops too
   */
  ProviderReply call(ProviderCall call, ReplyListener listener)
      throws ProviderException, InterruptedException;
}
