package dev.parley.schemas.chat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** One piece of a message's content; told apart on the wire by its {@code type}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Part.Text.class, name = "text"),
  @JsonSubTypes.Type(value = Part.ImageUrl.class, name = "image_url"),
  @JsonSubTypes.Type(value = Part.ImageBase64.class, name = "image_base64"),
  @JsonSubTypes.Type(value = Part.Document.class, name = "document"),
  @JsonSubTypes.Type(value = Part.ToolCall.class, name = "tool_call"),
  @JsonSubTypes.Type(value = Part.ToolResult.class, name = "tool_result")
})
@JsonInclude(JsonInclude.Include.NON_NULL)
public sealed interface Part {

  /** Plain text. */
  record Text(String text) implements Part {}

  /** An image that the provider fetches. */
  record ImageUrl(String url, @Nullable String mediaType) implements Part {}

  /** An image, base64 encoded. */
  record ImageBase64(String data, String mediaType) implements Part {}

  /** A document, either inline (base64 {@code data}) or by {@code url}. */
  record Document(
      String mediaType, @Nullable String data, @Nullable String url, @Nullable String title)
      implements Part {}

  /** The model asks for a tool to be called with {@code args}, a JSON object. */
  record ToolCall(String id, String name, ObjectNode args) implements Part {}

  /** What the tool that was asked for with {@code toolCallId} answered. */
  record ToolResult(
      String toolCallId, @Nullable String name, JsonNode result, @Nullable Boolean isError)
      implements Part {}
}
