package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Role;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;

/** Writes a conversation as input items; tool calls and their results are items of their own. */
final class OpenAiResponsesInput {

  private OpenAiResponsesInput() {}

  static ArrayNode write(ProviderCall call) throws ProviderException {
    ArrayNode items = WireJson.object().putArray("input");
    for (Message message : call.messages()) {
      switch (message.role()) {
        case SYSTEM -> {}
        case USER, TOOL -> message(call, message, "user", "input_text", items);
        case ASSISTANT -> message(call, message, "assistant", "output_text", items);
      }
    }
    return items;
  }

  private static void message(
      ProviderCall asked, Message message, String role, String textType, ArrayNode items)
      throws ProviderException {
    ArrayNode content = WireJson.object().putArray("content");
    for (Part part : message.content().parts()) {
      switch (part) {
        case Part.Text(String text) -> {
          if (!text.isEmpty()) {
            content.addObject().put("type", textType).put("text", text);
          }
        }
        case Part.ImageUrl image -> image(message, content, image.url());
        case Part.ImageBase64 image ->
            image(message, content, Attachments.dataUrl(image.mediaType(), image.data()));
        case Part.Document document -> document(document, content);
        case Part.ToolCall call -> {
          content = flush(role, content, items);
          items
              .addObject()
              .put("type", "function_call")
              .put("call_id", call.id())
              .put("name", call.name())
              .put("arguments", call.args().toString());
        }
        case Part.Reasoning(String format, String model, ObjectNode data) -> {
          if (format.equals(OpenAiResponsesFormat.NAME) && model.equals(asked.model())) {
            content = flush(role, content, items);
            items.add(data);
          }
        }
        case Part.ToolResult result -> {
          content = flush(role, content, items);
          items
              .addObject()
              .put("type", "function_call_output")
              .put("call_id", result.toolCallId())
              .put("output", WireJson.text(result.result()));
        }
      }
    }
    flush(role, content, items);
  }

  private static ArrayNode flush(String role, ArrayNode content, ArrayNode items) {
    if (content.isEmpty()) {
      return content;
    }
    items.addObject().put("role", role).set("content", content);
    return WireJson.object().putArray("content");
  }

  private static void image(Message message, ArrayNode content, String url)
      throws ProviderException {
    if (message.role() == Role.ASSISTANT) {
      throw Attachments.unsupported("attachment_of_assistant");
    }
    content.addObject().put("type", "input_image").put("image_url", url);
  }

  private static void document(Part.Document document, ArrayNode content) throws ProviderException {
    String text = Attachments.inlineText(document);
    if (text != null) {
      content.addObject().put("type", "input_text").put("text", text);
      return;
    }
    ObjectNode file = content.addObject().put("type", "input_file");
    if (document.data() != null) {
      file.put("filename", Attachments.fileName(document));
      file.put("file_data", Attachments.dataUrl(document.mediaType(), document.data()));
    } else if (document.url() != null) {
      file.put("file_url", document.url());
    } else {
      throw Attachments.unsupported("document_without_content");
    }
  }
}
