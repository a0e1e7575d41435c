package dev.parley.storage.secrets;

/** A secret cannot be sealed or opened; the message says why, and nothing of the secret. */
public final class SealedSecretException extends Exception {

  private static final long serialVersionUID = 1;

  SealedSecretException(String message) {
    super(message);
  }
}
