package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import java.util.List;

/** Writes a conversation as Chat Completions messages. */
final class OpenAiChatMessages {

  private OpenAiChatMessages() {}

  static ArrayNode write(ProviderCall call) throws ProviderException {
    ArrayNode messages = WireJson.object().putArray("messages");
    if (call.system() != null) {
      messages.addObject().put("role", "system").put("content", call.system());
    }
    for (Message message : call.messages()) {
      switch (message.role()) {
        case SYSTEM ->
            messages.addObject().put("role", "system").put("content", message.content().text());
        case USER, TOOL -> user(message.content(), messages);
        case ASSISTANT -> assistant(message.content(), messages);
      }
    }
    return messages;
  }

  /** Each tool result is a message of its own; what else there is follows as the user's. */
  private static void user(Content content, ArrayNode messages) throws ProviderException {
    if (content instanceof Content.Text(String text)) {
      messages.addObject().put("role", "user").put("content", text);
      return;
    }
    ArrayNode parts = WireJson.object().putArray("content");
    for (Part part : content.parts()) {
      switch (part) {
        case Part.Text(String text) -> parts.addObject().put("type", "text").put("text", text);
        case Part.ImageUrl image -> imageUrl(parts, image.url());
        case Part.ImageBase64 image ->
            imageUrl(parts, Attachments.dataUrl(image.mediaType(), image.data()));
        case Part.Document document -> document(parts, document);
        case Part.ToolResult result ->
            messages
                .addObject()
                .put("role", "tool")
                .put("tool_call_id", result.toolCallId())
                .put("content", WireJson.text(result.result()));
        case Part.Reasoning _ -> {}
        case Part.ToolCall _ -> throw Attachments.unsupported("tool_call_of_user");
      }
    }
    if (!parts.isEmpty()) {
      messages.addObject().put("role", "user").set("content", parts);
    }
  }

  private static void assistant(Content content, ArrayNode messages) throws ProviderException {
    ObjectNode message = messages.addObject().put("role", "assistant");
    String text = content.text();
    List<Part> parts = content.parts();
    ArrayNode calls = null;
    for (Part part : parts) {
      switch (part) {
        case Part.Text _, Part.Reasoning _ -> {}
        case Part.ToolCall(String id, String name, ObjectNode args) -> {
          calls = calls == null ? WireJson.object().putArray("tool_calls") : calls;
          ObjectNode call = calls.addObject().put("id", id).put("type", "function");
          call.putObject("function").put("name", name).put("arguments", args.toString());
        }
        case Part.ImageUrl _, Part.ImageBase64 _, Part.Document _, Part.ToolResult _ ->
            throw Attachments.unsupported("attachment_of_assistant");
      }
    }
    if (calls == null) {
      message.put("content", text);
    } else {
      message.put("content", text.isEmpty() ? null : text);
      message.set("tool_calls", calls);
    }
  }

  private static void imageUrl(ArrayNode parts, String url) {
    parts.addObject().put("type", "image_url").putObject("image_url").put("url", url);
  }

  private static void document(ArrayNode parts, Part.Document document) throws ProviderException {
    String text = Attachments.inlineText(document);
    if (text != null) {
      parts.addObject().put("type", "text").put("text", text);
      return;
    }
    String data = document.data();
    if (data == null) {
      throw Attachments.unsupported("document_by_url");
    }
    parts
        .addObject()
        .put("type", "file")
        .putObject("file")
        .put("filename", Attachments.fileName(document))
        .put("file_data", Attachments.dataUrl(document.mediaType(), data));
  }
}
