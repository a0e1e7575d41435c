package dev.parley.simulator.wire;

/** A request that is not of the format; its message is meant for the client. */
public final class BadRequestException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** With what is wrong. */
  public BadRequestException(String message) {
    super(message);
  }
}
