package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.worker.provider.ProviderException;
import org.jspecify.annotations.Nullable;

/** Which tools the model may or must call. */
sealed interface ToolChoice {

  record Auto() implements ToolChoice {}

  record Any() implements ToolChoice {}

  record None() implements ToolChoice {}

  record Named(String name) implements ToolChoice {}

  /** Reads a submission's choice; null when it has none. */
  static @Nullable ToolChoice of(@Nullable JsonNode node) throws ProviderException {
    if (node == null || node.isNull()) {
      return null;
    }
    return switch (node.path("type").asText()) {
      case "auto" -> new Auto();
      case "any" -> new Any();
      case "none" -> new None();
      case "tool" -> new Named(node.path("name").asText());
      default -> throw Attachments.unsupported("unknown_tool_choice");
    };
  }
}
