package dev.parley.ingest.messages;

import dev.parley.schemas.JobId;
import dev.parley.schemas.Submission;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where accepted messages are put. Called by many threads. */
public interface SubmissionLog {

  /**
   * Appends a submission. The future completes once it is durable, within a bounded time; it fails
   * with {@link UnavailableException} when it is not known to be, and with {@link
   * TooLargeException} when it never can be.
   *
   * @param traceparent W3C trace context to carry on; null begins a new one
   * @param onFailure is told the job before the future fails, by any thread
   */
  CompletableFuture<Void> accept(
      Submission submission, @Nullable String traceparent, Pace pace, Consumer<JobId> onFailure);

  /** What is waited for, and so what the log may trade for what. */
  enum Pace {
    /** Its sender waits for this one: nothing is held back for company. */
    SINGLE,
    /** One of many that are waited for together: it may wait a little for those behind it. */
    BULK
  }

  /** Whether the submission was written is not known, or it was not. */
  final class UnavailableException extends RuntimeException {
    public UnavailableException(String message, @Nullable Throwable cause) {
      super(message, cause, false, false);
    }
  }

  /** The submission is larger than the log takes. */
  final class TooLargeException extends RuntimeException {
    public TooLargeException() {
      super("the submission is larger than the log takes", null, false, false);
    }
  }
}
