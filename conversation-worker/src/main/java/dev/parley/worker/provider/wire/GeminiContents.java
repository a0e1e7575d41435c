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

  private final String model;
  private final boolean signed;
  private final Map<String, String> toolNames = new HashMap<>();

  /** Belongs to the part that comes next. */
  private @Nullable String signature;

  /** Whether the message has a call already: only the first of parallel ones is signed. */
  private boolean called;

  private GeminiContents(String model) {
    this.model = model;
    // From the third generation on, a function call without a signature is refused.
    this.signed = model.startsWith("gemini-3");
  }

  static ArrayNode write(ProviderCall call) throws ProviderException {
    return new GeminiContents(call.model()).contents(call);
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
      called = false;
      for (Part part : message.content().parts()) {
        part(part, parts);
      }
      // A stream's last piece may be a signature without text.
      if (signature != null) {
        signed(parts.addObject().put("text", ""));
      }
    }
    return contents;
  }

  private void part(Part part, ArrayNode parts) throws ProviderException {
    switch (part) {
      case Part.Text(String text) -> signed(parts.addObject().put("text", text));
      case Part.ImageUrl image -> file(parts, image.url(), image.mediaType());
      case Part.ImageBase64 image -> inline(parts, image.mediaType(), image.data());
      case Part.Document document -> document(document, parts);
      case Part.ToolCall call -> {
        toolNames.put(call.id(), call.name());
        ObjectNode content = parts.addObject();
        ObjectNode function = content.putObject("functionCall");
        putOwnId(function, call.id());
        function.put("name", call.name()).set("args", call.args());
        if (signature == null && signed && !called) {
          signature = NO_SIGNATURE;
        }
        called = true;
        signed(content);
      }
      case Part.ToolResult result -> toolResult(result, parts);
      case Part.Reasoning(String format, String reasoned, ObjectNode data) -> {
        if (format.equals(GeminiFormat.NAME) && reasoned.equals(model)) {
          signature = WireJson.textOrNull(data, "thoughtSignature");
        }
      }
    }
  }

  private void signed(ObjectNode part) {
    if (signature != null) {
      part.put("thoughtSignature", signature);
      signature = null;
    }
  }

  /** Ids that were made up here, for lack of one, are not Gemini's business. */
  private static void putOwnId(ObjectNode target, String id) {
    if (!id.startsWith(GeminiDecoder.MADE_UP_ID)) {
      target.put("id", id);
    }
  }

  /** Results are told apart by the function's name, and are objects. */
  private void toolResult(Part.ToolResult result, ArrayNode parts) throws ProviderException {
    String name = result.name() == null ? toolNames.get(result.toolCallId()) : result.name();
    if (name == null) {
      throw Attachments.unsupported("tool_result_without_call");
    }
    ObjectNode response = parts.addObject().putObject("functionResponse");
    putOwnId(response, result.toolCallId());
    response.put("name", name);
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
