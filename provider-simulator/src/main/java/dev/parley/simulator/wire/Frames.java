package dev.parley.simulator.wire;

/**
 * The events of one streamed answer, ready to be written. Used by one thread at a time, {@link
 * #token} as often as the reply has tokens.
 */
public interface Frames {

  /** What comes before the first token. */
  byte[] opening();

  /** The event of the next token. */
  byte[] token();

  /** What comes after the last token and ends the answer. */
  byte[] closing();

  /** An error event in the middle of the answer. */
  byte[] failure();
}
