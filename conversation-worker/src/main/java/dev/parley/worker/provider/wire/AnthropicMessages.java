package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Role;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;

/**
 * Writes a conversation as Anthropic's messages. Neighbours of one speaker become one message: all
 * results of one answer's tool calls must stand in the message that follows it.
 */
final class AnthropicMessages {

  private AnthropicMessages() {}

  static ArrayNode write(ProviderCall call) throws ProviderException {
    ArrayNode messages = WireJson.object().putArray("messages");
    String speaker = "";
    ArrayNode blocks = messages;
    for (Message message : call.messages()) {
      if (message.role() == Role.SYSTEM) {
        continue;
      }
      String role = message.role() == Role.ASSISTANT ? "assistant" : "user";
      if (!role.equals(speaker)) {
        speaker = role;
        blocks = messages.addObject().put("role", role).putArray("content");
      }
      for (Part part : message.content().parts()) {
        block(call, part, blocks);
      }
    }
    return messages;
  }

  private static void block(ProviderCall call, Part part, ArrayNode blocks)
      throws ProviderException {
    switch (part) {
      case Part.Text(String text) -> {
        // An empty text block is refused, and an answer may have been empty.
        if (!text.isEmpty()) {
          blocks.addObject().put("type", "text").put("text", text);
        }
      }
      case Part.ImageUrl image ->
          blocks
              .addObject()
              .put("type", "image")
              .putObject("source")
              .put("type", "url")
              .put("url", image.url());
      case Part.ImageBase64 image ->
          base64(
              blocks.addObject().put("type", "image").putObject("source"),
              image.mediaType(),
              image.data());
      case Part.Document document -> document(document, blocks);
      case Part.ToolCall tool ->
          blocks
              .addObject()
              .put("type", "tool_use")
              .put("id", tool.id())
              .put("name", tool.name())
              .set("input", tool.args());
      case Part.Reasoning(String format, String model, ObjectNode data) -> {
        if (format.equals(AnthropicFormat.NAME) && model.equals(call.model())) {
          blocks.add(data);
        }
      }
      case Part.ToolResult result -> {
        ObjectNode block = blocks.addObject().put("type", "tool_result");
        block.put("tool_use_id", result.toolCallId());
        block.put("content", WireJson.text(result.result()));
        if (Boolean.TRUE.equals(result.isError())) {
          block.put("is_error", true);
        }
      }
    }
  }

  private static void document(Part.Document document, ArrayNode blocks) throws ProviderException {
    ObjectNode block = blocks.addObject().put("type", "document");
    ObjectNode source = block.putObject("source");
    String text = Attachments.inlineText(document);
    if (text != null) {
      source.put("type", "text").put("media_type", "text/plain").put("data", text);
    } else if (document.data() != null) {
      base64(source, document.mediaType(), document.data());
    } else if (document.url() != null) {
      source.put("type", "url").put("url", document.url());
    } else {
      throw Attachments.unsupported("document_without_content");
    }
    if (document.title() != null) {
      block.put("title", document.title());
    }
  }

  private static void base64(ObjectNode source, String mediaType, String data) {
    source.put("type", "base64").put("media_type", mediaType).put("data", data);
  }
}
