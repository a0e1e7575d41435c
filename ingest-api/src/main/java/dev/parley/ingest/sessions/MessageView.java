package dev.parley.ingest.sessions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.Json;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import java.util.List;

/**
 * Messages as they are shown.
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
    if (!exposeToolResults && holdsToolResult(message.content())) {
      for (JsonNode part : view.get("content")) {
        if (part instanceof ObjectNode object
            && "tool_result".equals(object.path("type").textValue())) {
          object.put("result", "[redacted]");
          object.put("redacted", true);
        }
      }
    }
    return view;
  }

  private static boolean holdsToolResult(Content content) {
    return switch (content) {
      case Content.Text text -> false;
      case Content.Parts parts ->
          parts.parts().stream().anyMatch(Part.ToolResult.class::isInstance);
    };
  }
}
