package dev.parley.ingest.sessions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.Json;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Message;
import java.util.List;

/**
 * Messages as they are shown: without what only a provider can make something of.
 *
 * @param exposeToolResults whether what tools answered is shown
 */
public record MessageView(boolean exposeToolResults) {

  ArrayNode render(List<Message> messages) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode(messages.size());
    for (Message message : messages) {
      array.add(render(message));
    }
    return array;
  }

  private JsonNode render(Message message) {
    ObjectNode view = Json.mapper().valueToTree(message);
    if (message.content() instanceof Content.Parts
        && view.get("content") instanceof ArrayNode parts) {
      parts.removeIf(part -> isType(part, "reasoning"));
      if (!exposeToolResults) {
        redactToolResults(parts);
      }
    }
    return view;
  }

  private static void redactToolResults(ArrayNode parts) {
    for (JsonNode part : parts) {
      if (part instanceof ObjectNode object && isType(object, "tool_result")) {
        object.put("result", "[redacted]");
        object.put("redacted", true);
      }
    }
  }

  private static boolean isType(JsonNode part, String type) {
    return type.equals(part.path("type").textValue());
  }
}
