package dev.parley.runtime;

/** A command has waited long enough; the message tells a user for what, and how to wait longer. */
public final class GivenUpException extends RuntimeException {

  GivenUpException(String message, Throwable cause) {
    super(message, cause);
  }
}
