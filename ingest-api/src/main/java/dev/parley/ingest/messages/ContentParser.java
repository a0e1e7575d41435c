package dev.parley.ingest.messages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Fields;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Part;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Binds message contents: a string that is not empty, or an array of parts. */
public final class ContentParser {

  private static final int MAX_PARTS = 1_000;
  private static final int MAX_NAME = 256;
  private static final int MAX_URL = 8_192;
  private static final int UNBOUNDED = Integer.MAX_VALUE;

  private ContentParser() {}

  /** The content in {@code name}, which is required. */
  public static Content parse(Fields fields, String name) {
    JsonNode value = fields.find(name);
    if (value == null) {
      throw fields.invalid(name, "is required: a string or an array of parts");
    }
    if (value.isTextual()) {
      if (value.textValue().isEmpty()) {
        throw fields.invalid(name, "must not be empty");
      }
      return Content.of(value.textValue());
    }
    if (!(value instanceof ArrayNode array) || array.isEmpty() || array.size() > MAX_PARTS) {
      throw fields.invalid(
          name, "must be a string that is not empty or an array of 1 to " + MAX_PARTS + " parts");
    }
    List<Part> parts = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      String at = name + "[" + i + "]";
      if (!(array.get(i) instanceof ObjectNode part)) {
        throw fields.invalid(at, "must be an object");
      }
      parts.add(part(new Fields(part, fields.prefix() + at + ".")));
    }
    return Content.of(parts);
  }

  private static Part part(Fields part) {
    String type = part.requireString("type", MAX_NAME);
    return switch (type) {
      case "text" -> new Part.Text(part.requireString("text", UNBOUNDED));
      case "image_url" ->
          new Part.ImageUrl(part.requireString("url", MAX_URL), part.string("mediaType", MAX_NAME));
      case "image_base64" ->
          new Part.ImageBase64(
              part.requireString("data", UNBOUNDED), part.requireString("mediaType", MAX_NAME));
      case "document" -> document(part);
      case "tool_call" -> toolCall(part);
      case "tool_result" -> toolResult(part);
      default ->
          throw part.invalid(
              "type", "must be text, image_url, image_base64, document, tool_call or tool_result");
    };
  }

  private static Part document(Fields part) {
    String mediaType = part.requireString("mediaType", MAX_NAME);
    String data = part.string("data", UNBOUNDED);
    String url = part.string("url", MAX_URL);
    if ((data == null) == (url == null)) {
      throw part.invalid("data", "or url is required, one of them");
    }
    return new Part.Document(mediaType, data, url, part.string("title", MAX_NAME));
  }

  private static Part toolCall(Fields part) {
    ObjectNode args = part.object("args", ErrorCode.INVALID_REQUEST);
    return new Part.ToolCall(
        part.requireString("id", MAX_NAME),
        part.requireString("name", MAX_NAME),
        args == null ? JsonNodeFactory.instance.objectNode() : args);
  }

  private static Part toolResult(Fields part) {
    String toolCallId = part.requireString("toolCallId", MAX_NAME);
    JsonNode result = part.object().get("result");
    if (result == null) {
      throw part.invalid("result", "is required");
    }
    return new Part.ToolResult(toolCallId, part.string("name", MAX_NAME), result, isError(part));
  }

  private static @Nullable Boolean isError(Fields part) {
    return part.find("isError") == null ? null : part.flag("isError");
  }
}
