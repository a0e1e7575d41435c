package dev.parley.worker.provider;

import dev.parley.schemas.chat.Part;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A provider call failed. The message is the failure's and may be shown to the tenant; the cause is
 * for the operator alone.
 */
@SuppressWarnings("serial") // never serialised
public final class ProviderException extends Exception {

  private final Failure failure;
  private final Partial partial;
  private final int tries;
  private final @Nullable Duration retryAfter;

  public ProviderException(Failure failure, @Nullable Throwable cause) {
    this(failure, Partial.NONE, cause, 1, null);
  }

  public ProviderException(Failure failure, Partial partial, @Nullable Throwable cause) {
    this(failure, partial, cause, 1, null);
  }

  private ProviderException(
      Failure failure,
      Partial partial,
      @Nullable Throwable cause,
      int tries,
      @Nullable Duration retryAfter) {
    super(failure.message(), cause);
    this.failure = failure;
    this.partial = partial;
    this.tries = tries;
    this.retryAfter = retryAfter;
  }

  /** The same failure with the verdict of the retry loop. */
  public ProviderException decided(int allTries, @Nullable Duration waitBeforeNext) {
    return new ProviderException(failure, partial, getCause(), allTries, waitBeforeNext);
  }

  public Failure failure() {
    return failure;
  }

  /** Stable, for programs and for the tenant. */
  public String code() {
    return failure.code();
  }

  /** Whether this failure may pass and nothing of the answer has been seen yet. */
  public boolean retryable() {
    return failure.retryable() && !partial.visibleOutput();
  }

  /** Whether deltas have been handed to the listener, so that a retry would repeat them. */
  public boolean visibleOutput() {
    return partial.visibleOutput();
  }

  /** What had come before the failure: it may have cost money. */
  public Partial partial() {
    return partial;
  }

  /** How often the call has been tried, earlier turns included; see ProviderCall.triesBefore. */
  public int tries() {
    return tries;
  }

  /**
   * When to try again: the caller gives up what it holds and calls again after this time with
   * {@code triesBefore} set to {@link #tries()}. Null means that the call has failed for good.
   */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }

  /**
   * What had come of an answer.
   *
   * @param content texts and whole tool calls, in order
   * @param usage null when nothing was told
   * @param model null when no answer had begun
   */
  public record Partial(
      boolean visibleOutput,
      List<Part> content,
      @Nullable ProviderUsage usage,
      @Nullable String model,
      @Nullable String providerRequestId) {

    public static final Partial NONE = new Partial(false, List.of(), null, null, null);

    public Partial {
      content = List.copyOf(content);
    }

    /** Without the texts: this may reach a log. */
    @Override
    public String toString() {
      return "Partial[visibleOutput=" + visibleOutput + ", usage=" + usage + "]";
    }
  }
}
