package dev.parley.schemas.chat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * One piece of a message's content; told apart on the wire by its {@code type}.
 *
 * <p>{@code toString} tells sizes, kinds and ids, never the content itself.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Part.Text.class, name = "text"),
  @JsonSubTypes.Type(value = Part.ImageUrl.class, name = "image_url"),
  @JsonSubTypes.Type(value = Part.ImageBase64.class, name = "image_base64"),
  @JsonSubTypes.Type(value = Part.Document.class, name = "document"),
  @JsonSubTypes.Type(value = Part.ToolCall.class, name = "tool_call"),
  @JsonSubTypes.Type(value = Part.ToolResult.class, name = "tool_result"),
  @JsonSubTypes.Type(value = Part.Reasoning.class, name = "reasoning")
})
@JsonInclude(JsonInclude.Include.NON_NULL)
public sealed interface Part {

  /** Plain text. */
  record Text(String text) implements Part {
    @Override
    public String toString() {
      return "Text[" + Redacted.size(text) + "]";
    }
  }

  /** An image that the provider fetches. */
  record ImageUrl(String url, @Nullable String mediaType) implements Part {
    @Override
    public String toString() {
      return "ImageUrl[" + mediaType + ", " + Redacted.size(url) + "]";
    }
  }

  /** An image, base64 encoded. */
  record ImageBase64(String data, String mediaType) implements Part {
    @Override
    public String toString() {
      return "ImageBase64[" + mediaType + ", " + Redacted.size(data) + "]";
    }
  }

  /**
   * A document, either inline or by reference.
   *
   * @param data base64; null when {@code url} is there
   * @param url where the provider fetches it; null when {@code data} is there
   */
  record Document(
      String mediaType, @Nullable String data, @Nullable String url, @Nullable String title)
      implements Part {
    @Override
    public String toString() {
      return "Document["
          + mediaType
          + ", data="
          + Redacted.size(data)
          + ", url="
          + Redacted.size(url)
          + "]";
    }
  }

  /** The model asks for a tool to be called with {@code args}, a JSON object. */
  record ToolCall(String id, String name, ObjectNode args) implements Part {
    @Override
    public String toString() {
      return "ToolCall[" + id + ", " + name + ", " + Redacted.size(args) + "]";
    }
  }

  /**
   * What the tool that was asked for with {@code toolCallId} answered.
   *
   * @param result any JSON, a JSON null too
   * @param isError whether the tool failed; null means no
   */
  record ToolResult(
      String toolCallId, @Nullable String name, JsonNode result, @Nullable Boolean isError)
      implements Part {
    @Override
    public String toString() {
      return "ToolResult[" + toolCallId + ", " + name + ", " + Redacted.size(result) + "]";
    }
  }

  /**
   * A piece of reasoning that a provider wants back unchanged when its tools' results come: signed
   * or encrypted, of no meaning to anybody else. Stands in stored sessions alone: it is never shown
   * to a client, taken from one, or put on a topic.
   *
   * @param format the wire format whose piece it is
   * @param model the model that was asked when it came; another one can make nothing of it
   * @param data the piece as it came
   */
  record Reasoning(String format, String model, ObjectNode data) implements Part {
    @Override
    public String toString() {
      return "Reasoning[" + format + ", " + model + ", " + Redacted.size(data) + "]";
    }
  }
}
