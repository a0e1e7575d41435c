package dev.parley.storage;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;

/**
 * Remembers which dead letters were sent again, so that each is sent once: of all who want to send
 * one, on whatever nodes, one at a time may.
 */
public interface RedriveStore {

  /** For how long one who was given leave keeps others off. */
  Duration HELD = Duration.ofMinutes(1);

  /** Asks for leave to send a letter again. */
  Claim claim(String letterId, Instant now);

  /** Notes that the letter is in the log again for good. */
  void done(String letterId, Instant now);

  /** Gives leave back: the letter was not sent. */
  void release(String letterId);

  /** When those of the letters that were sent again were. */
  Map<String, Instant> redriven(Collection<String> letterIds);

  /** What one who wants to send a letter may do. */
  sealed interface Claim {

    /** Send it. */
    record Granted() implements Claim {}

    /** Wait: somebody else is sending it. */
    record Held() implements Claim {}

    /** Nothing: it was sent. */
    record Done(Instant redrivenAt) implements Claim {}
  }
}
