package dev.parley.storage;

/**
 * The store answers and does not let us in: a wrong password, no such user or database, or a user
 * who may not do what is needed. Trying again does not help; the message says what to change and
 * shows no secret.
 */
public final class NoEntryException extends IllegalStateException {

  public NoEntryException(String message, Throwable cause) {
    super(message, cause);
  }
}
