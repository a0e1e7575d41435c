package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.worker.provider.ProviderException;
import org.jspecify.annotations.Nullable;

/** The shape that the answer's text must have. */
sealed interface ResponseFormat {

  record Text() implements ResponseFormat {}

  record JsonObject() implements ResponseFormat {}

  record JsonSchema(String name, JsonNode schema, boolean strict) implements ResponseFormat {

    /** As both of OpenAI's formats want it. */
    void writeTo(ObjectNode target) {
      target.put("name", name).put("strict", strict).set("schema", schema);
    }
  }

  /** Reads a submission's format; none is text. */
  static ResponseFormat of(@Nullable JsonNode node) throws ProviderException {
    if (node == null || node.isNull()) {
      return new Text();
    }
    return switch (node.path("type").asText()) {
      case "text" -> new Text();
      case "json_object" -> new JsonObject();
      case "json_schema" ->
          new JsonSchema(
              node.path("name").asText("response"),
              node.path("schema"),
              node.path("strict").asBoolean(false));
      default -> throw Attachments.unsupported("unknown_response_format");
    };
  }
}
