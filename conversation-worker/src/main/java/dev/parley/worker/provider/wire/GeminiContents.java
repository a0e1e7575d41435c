package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Role;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a conversation as Gemini's contents; neighbours of one speaker become one. */
final class GeminiContents {

  /** What the documentation names for calls whose signature was not kept. */
  private static final String NO_SIGNATURE = "skip_thought_signature_validator";

  private final boolean signed;
  private final Map<String, String> toolNames = new HashMap<>();

  private GeminiContents(boolean signed) {
    this.signed = signed;
  }

  static ArrayNode write(ProviderCall call) throws ProviderException {
    // From the third generation on, a function call without a signature is refused.
    return new GeminiContents(call.model().startsWith("gemini-3")).contents(call);
  }

  private ArrayNode contents(ProviderCall call) throws ProviderException {
    ArrayNode contents = WireJson.object().putArray("contents");
    String speaker = "";
    ArrayNode parts = contents;
    for (Message message : call.messages()) {
      if (message.role() == Role.SYSTEM) {
        continue;
      }
      String role = message.role() == Role.ASSISTANT ? "model" : "user";
      if (!role.equals(speaker)) {
        speaker = role;
        parts = contents.addObject().put("role", role).putArray("parts");
      }
      for (Part part : message.content().parts()) {
        part(part, parts);
      }
    }
    return contents;
  }

  private void part(Part part, ArrayNode parts) throws ProviderException {
    switch (part) {
      case Part.Text(String text) -> parts.addObject().put("text", text);
      case Part.ImageUrl image -> file(parts, image.url(), image.mediaType());
      case Part.ImageBase64 image -> inline(parts, image.mediaType(), image.data());
      case Part.Document document -> document(document, parts);
      case Part.ToolCall call -> {
        toolNames.put(call.id(), call.name());
        ObjectNode content = parts.addObject();
        content.putObject("functionCall").put("name", call.name()).set("args", call.args());
        if (signed) {
          content.put("thoughtSignature", NO_SIGNATURE);
        }
      }
      case Part.ToolResult result -> toolResult(result, parts);
    }
  }

  /** Results are told apart by the function's name, and are objects. */
  private void toolResult(Part.ToolResult result, ArrayNode parts) throws ProviderException {
    String name = result.name() == null ? toolNames.get(result.toolCallId()) : result.name();
    if (name == null) {
      throw Attachments.unsupported("tool_result_without_call");
    }
    ObjectNode response = parts.addObject().putObject("functionResponse").put("name", name);
    if (Boolean.TRUE.equals(result.isError())) {
      response.putObject("response").set("error", result.result());
    } else if (result.result().isObject()) {
      response.set("response", result.result());
    } else {
      response.putObject("response").set("result", result.result());
    }
  }

  private static void document(Part.Document document, ArrayNode parts) throws ProviderException {
    String text = Attachments.inlineText(document);
    if (text != null) {
      parts.addObject().put("text", text);
    } else if (document.data() != null) {
      inline(parts, document.mediaType(), document.data());
    } else if (document.url() != null) {
      file(parts, document.url(), document.mediaType());
    } else {
      throw Attachments.unsupported("document_without_content");
    }
  }

  private static void inline(ArrayNode parts, String mediaType, String data) {
    parts.addObject().putObject("inlineData").put("mimeType", mediaType).put("data", data);
  }

  private static void file(ArrayNode parts, String url, @Nullable String mediaType) {
    ObjectNode file = parts.addObject().putObject("fileData").put("fileUri", url);
    if (mediaType != null) {
      file.put("mimeType", mediaType);
    }
  }
}
