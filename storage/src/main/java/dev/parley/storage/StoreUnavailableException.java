package dev.parley.storage;

/**
 * The store cannot be asked right now: it is down, unreachable, or has no free connection in time.
 * Trying again later may help; nothing is known to have changed.
 */
public final class StoreUnavailableException extends RuntimeException {

  public StoreUnavailableException(String store, Throwable cause) {
    super(store + " is unavailable", cause);
  }
}
