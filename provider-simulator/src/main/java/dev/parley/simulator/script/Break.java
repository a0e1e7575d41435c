package dev.parley.simulator.script;

/**
 * A point at which a streamed reply stops going as it should.
 *
 * @param afterTokens how many tokens are still sent; {@link #BEFORE_ANYTHING} when not even the
 *     response's head is
 */
public record Break(Kind kind, int afterTokens) {

  /** Not even the head of the response. */
  public static final int BEFORE_ANYTHING = -1;

  /** What happens at a break. */
  public enum Kind {
    /** The connection is reset, or the HTTP/2 stream is. */
    RESET,
    /** The response ends as if complete, but without the format's closing event. */
    CUT,
    /** An error event of the format, and then the end of the response. */
    ERROR,
    /** Nothing more, until the client goes or the simulator closes. */
    HANG
  }
}
