package dev.parley.ingest.http;

/** Answers one call. */
@FunctionalInterface
public interface Endpoint {

  /**
   * Answers through the exchange, or throws: {@link ApiException} for what the caller may read;
   * whatever else is an error of ours and answered without any of its words.
   */
  void handle(Exchange exchange) throws Exception;
}
