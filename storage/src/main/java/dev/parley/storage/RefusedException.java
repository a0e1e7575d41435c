package dev.parley.storage;

import org.jspecify.annotations.Nullable;

/**
 * The store will not hold what it was given, for instance a value that is too long for its index.
 * Trying the same again will not help; nothing was written. The message names no stored values.
 */
public final class RefusedException extends RuntimeException {

  public RefusedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
