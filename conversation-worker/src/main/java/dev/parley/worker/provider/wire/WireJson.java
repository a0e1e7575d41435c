package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * JSON as providers write it. Its buffers are pooled for all threads: pools that belong to threads
 * would keep buffers for each of thousands of virtual threads.
 */
final class WireJson {

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private WireJson() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** Reads a document of any kind; an empty one is a missing node. */
  static JsonNode read(byte[] bytes, int offset, int length) throws IOException {
    try {
      return MAPPER.readTree(bytes, offset, length);
    } catch (NumberFormatException e) {
      // The library tells so of an exponent that is no int.
      throw new StreamConstraintsException("a number's exponent is out of range");
    }
  }

  /** Reads a document piece by piece; to be closed. */
  static JsonParser parser(byte[] bytes, int offset, int length) throws IOException {
    return MAPPER.getFactory().createParser(bytes, offset, length);
  }

  /** Reads an object that can be kept; null when the text is not one. */
  static @Nullable ObjectNode objectOrNull(String json) {
    try {
      return MAPPER.readTree(json) instanceof ObjectNode object ? storableOrNull(object) : null;
    } catch (IOException | NumberFormatException e) {
      return null;
    }
  }

  /**
   * The same as it comes back from where sessions are kept; null when it would not, because it is
   * nested too deeply or holds a number of thousands of digits.
   */
  static @Nullable ObjectNode storableOrNull(ObjectNode object) {
    try {
      return Json.mapper().readTree(object.toString()) instanceof ObjectNode read ? read : null;
    } catch (IOException e) {
      return null;
    }
  }

  static byte[] write(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (IOException e) {
      throw new IllegalStateException("a tree of nodes can always be written", e);
    }
  }

  static String text(JsonNode node) {
    return node.isTextual() ? node.textValue() : node.toString();
  }

  /** The text of a field; null when it is missing, null or no text. */
  static @Nullable String textOrNull(JsonNode node, String field) {
    return node.path(field).textValue();
  }
}
