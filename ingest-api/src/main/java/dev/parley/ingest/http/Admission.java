package dev.parley.ingest.http;

/** Asked before every call of a known caller. Called by many threads. */
@FunctionalInterface
public interface Admission {

  /** Lets everything in. */
  Admission OPEN = exchange -> {};

  /**
   * @throws ApiException when the caller has to wait
   */
  void admit(Exchange exchange);
}
