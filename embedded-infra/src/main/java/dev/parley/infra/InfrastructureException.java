package dev.parley.infra;

/**
 * Something about the machine or the settings keeps a service from running; the message is one line
 * for the user.
 */
public final class InfrastructureException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public InfrastructureException(String message) {
    super(message);
  }

  public InfrastructureException(String message, Throwable cause) {
    super(message, cause);
  }
}
