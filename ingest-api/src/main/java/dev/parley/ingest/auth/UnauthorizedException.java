package dev.parley.ingest.auth;

/** The request has no credentials, or none that are valid. */
public final class UnauthorizedException extends Exception {

  /**
   * @param message for the caller; tells nothing about which keys there are
   */
  public UnauthorizedException(String message) {
    super(message, null, false, false);
  }
}
