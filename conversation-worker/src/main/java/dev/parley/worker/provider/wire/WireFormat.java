package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How one kind of provider writes requests and answers. Thread-safe. */
interface WireFormat {

  /** The provider's name. */
  String provider();

  /**
   * @throws ProviderException with {@link Failure.InvalidRequest} when the format cannot say what
   *     the call asks for
   */
  Request request(ProviderCall call) throws ProviderException;

  /** Reads one answer into the assembler; a decoder serves one call. */
  Decoder decoder(ReplyAssembler reply);

  /**
   * What an answer without success means.
   *
   * @param body null when it was no JSON
   */
  Failure failure(int status, HttpHeaders headers, @Nullable JsonNode body);

  /** The header that names the answer to the provider's support. */
  String requestIdHeader();

  /** Reads the events of a stream, or a plain answer. */
  interface Decoder {

    /**
     * Takes an event that is nothing but more text in, without a tree of it: most events are.
     *
     * @return false when it is another one, or not known to be such: nothing was taken in then
     */
    default boolean text(byte[] json, int offset, int length)
        throws IOException, ProviderException {
      return false;
    }

    /**
     * @param name the event's name; null when it has none
     * @throws ProviderException when the event is an error
     */
    void event(@Nullable String name, JsonNode data) throws ProviderException;

    void plain(JsonNode body) throws ProviderException;
  }

  /** A request without the headers that all have. */
  @SuppressWarnings("ArrayRecordComponent") // sent once, compared never
  record Request(URI uri, Map<String, String> headers, byte[] body) {
    @Override
    public String toString() {
      return "Request[uri=" + uri + "]";
    }
  }
}
