package dev.parley.simulator.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.simulator.script.ChatRequest;
import dev.parley.simulator.script.Failure;
import dev.parley.simulator.script.Reply;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One provider's way to ask and to answer. Implementations hold no state. */
public interface WireFormat {

  /** A word for the log. */
  String name();

  /** Whether requests to this path are of this format. */
  boolean serves(String path);

  /**
   * Reads a request.
   *
   * @throws BadRequestException when it is none
   */
  ChatRequest read(String path, @Nullable String query, JsonNode body);

  /** The metadata field or the like by which the request names its end user. */
  @Nullable String user(JsonNode body);

  /** The whole answer, for a request that does not want a stream. */
  byte[] whole(Reply reply);

  /** The answer as events. */
  Frames frames(Reply reply, ChatRequest request);

  /** An error answer. */
  byte[] error(int status, String message, @Nullable String code);

  /** The answer of a failure that was asked for. */
  default byte[] failure(Failure failure, String message) {
    return error(failure.status(), message, failure.code());
  }

  /**
   * The headers that go with a failure that was asked for.
   *
   * @param reply what would have been answered; tells the time and an id
   */
  Map<String, String> failureHeaders(Failure failure, Reply reply);
}
