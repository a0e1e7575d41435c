package dev.parley.simulator.calls;

/** How a call ended. */
public enum CallOutcome {
  /** It is still going on. */
  IN_FLIGHT,
  /** The reply went out whole. */
  COMPLETED,
  /** An error, a reset or a cut was asked for, and happened; or the request could not be read. */
  FAILED,
  /** The client went away before the end. */
  CLIENT_CLOSED,
  /** The simulator was closed before the end. */
  SERVER_CLOSED
}
