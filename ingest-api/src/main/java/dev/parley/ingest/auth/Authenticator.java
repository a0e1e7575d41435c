package dev.parley.ingest.auth;

/** Tells who is calling. A host application can put in its own. Called by many threads. */
@FunctionalInterface
public interface Authenticator {

  /**
   * @throws UnauthorizedException when the credentials are missing or not valid
   * @throws dev.parley.storage.StoreUnavailableException when that cannot be told right now
   */
  Caller authenticate(RequestView request) throws UnauthorizedException;
}
