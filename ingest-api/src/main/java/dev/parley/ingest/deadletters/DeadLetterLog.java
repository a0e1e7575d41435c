package dev.parley.ingest.deadletters;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where dead letters are kept, and how one is sent again. Called by many threads. */
public interface DeadLetterLog {

  /**
   * Letters in the order of their ids.
   *
   * @param after null begins at the first
   * @throws UnavailableException when the log cannot be read right now
   */
  List<DeadLetter> list(@Nullable LetterId after, int limit) throws InterruptedException;

  /**
   * Null when there is none.
   *
   * @throws UnavailableException when the log cannot be read right now
   */
  @Nullable DeadLetter find(LetterId id) throws InterruptedException;

  /**
   * Puts the original record into the topic that it came from, under its own key, and returns when
   * it is durable.
   *
   * @throws GoneException when the record's value is nowhere any more
   * @throws UnavailableException when it is not known to be there
   */
  void sendAgain(DeadLetter letter) throws InterruptedException;

  /** The log cannot be reached. */
  final class UnavailableException extends RuntimeException {
    public UnavailableException(String message, @Nullable Throwable cause) {
      super(message, cause, false, false);
    }
  }

  /** What is to be sent is not there any more. */
  final class GoneException extends RuntimeException {
    public GoneException(String message) {
      super(message, null, false, false);
    }
  }
}
