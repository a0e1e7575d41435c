package dev.parley.schemas.chat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A tool that the model may ask for.
 *
 * @param parameters a JSON Schema object
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Tool(String name, @Nullable String description, ObjectNode parameters) {

  /** The name alone: descriptions are a customer's prompts. */
  @Override
  public String toString() {
    return "Tool[" + name + "]";
  }
}
