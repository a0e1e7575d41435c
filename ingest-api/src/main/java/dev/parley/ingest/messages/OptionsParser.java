package dev.parley.ingest.messages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Fields;
import dev.parley.schemas.chat.ReasoningOptions;
import dev.parley.schemas.chat.ReasoningOptions.Effort;
import dev.parley.schemas.chat.Tool;
import dev.parley.schemas.chat.TurnOptions;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Binds what a message asks of its model call. */
final class OptionsParser {

  private static final int MAX_MODEL = 200;
  private static final int MAX_TOKENS = 10_000_000;
  private static final int MAX_TOOLS = 128;
  private static final int MAX_TOOL_NAME = 64;
  private static final int MAX_DESCRIPTION = 16_384;

  /** The least that is taken by all providers that take a number. */
  private static final int MIN_REASONING = 1_024;

  private static final BigDecimal MAX_BUDGET = new BigDecimal("1000000");

  private OptionsParser() {}

  static TurnOptions parse(Fields fields) {
    TurnOptions options =
        new TurnOptions(
            fields.string("model", MAX_MODEL),
            fields.string("provider", MAX_MODEL),
            fields.integer("maxTokens", 1, MAX_TOKENS),
            fields.decimal("temperature", BigDecimal.ZERO, BigDecimal.TWO),
            tools(fields),
            toolChoice(fields),
            responseFormat(fields),
            fields.decimal("budgetUsd", BigDecimal.ZERO, MAX_BUDGET),
            fields.integer("priority", -1_000, 1_000),
            reasoning(fields));
    return options.equals(TurnOptions.NONE) ? TurnOptions.NONE : options;
  }

  private static @Nullable List<Tool> tools(Fields fields) {
    ArrayNode array = fields.array("tools", MAX_TOOLS);
    if (array == null) {
      return null;
    }
    List<Tool> tools = new ArrayList<>(array.size());
    Set<String> names = new HashSet<>();
    for (int i = 0; i < array.size(); i++) {
      String at = "tools[" + i + "]";
      if (!(array.get(i) instanceof ObjectNode object)) {
        throw fields.invalid(at, "must be an object");
      }
      Fields tool = new Fields(object, fields.prefix() + at + ".");
      String name = tool.requireString("name", MAX_TOOL_NAME);
      if (!isToolName(name) || !names.add(name)) {
        throw tool.invalid("name", "must be of letters, digits, _ and -, and not stand twice");
      }
      ObjectNode parameters = tool.object("parameters", ErrorCode.INVALID_REQUEST);
      tools.add(
          new Tool(
              name,
              tool.string("description", MAX_DESCRIPTION),
              parameters == null ? noParameters() : parameters));
    }
    return tools;
  }

  private static ObjectNode noParameters() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema.put("type", "object");
    schema.putObject("properties");
    return schema;
  }

  /** {@code {"type":...}}, or the type alone as a string. */
  private static @Nullable JsonNode toolChoice(Fields fields) {
    ObjectNode choice = typed(fields, "toolChoice");
    if (choice == null) {
      return null;
    }
    Fields inner = new Fields(choice, fields.prefix() + "toolChoice.");
    switch (inner.requireString("type", MAX_TOOL_NAME)) {
      case "auto", "any", "none" -> {}
      case "tool" -> inner.requireString("name", MAX_TOOL_NAME);
      default -> throw inner.invalid("type", "must be auto, any, none or tool");
    }
    return choice;
  }

  private static @Nullable JsonNode responseFormat(Fields fields) {
    ObjectNode format = typed(fields, "responseFormat");
    if (format == null) {
      return null;
    }
    Fields inner = new Fields(format, fields.prefix() + "responseFormat.");
    switch (inner.requireString("type", MAX_TOOL_NAME)) {
      case "text", "json_object" -> {}
      case "json_schema" -> {
        if (inner.object("schema", ErrorCode.INVALID_REQUEST) == null) {
          throw inner.invalid("schema", "is required: a JSON Schema object");
        }
        inner.string("name", MAX_TOOL_NAME);
        inner.flag("strict");
      }
      default -> throw inner.invalid("type", "must be text, json_object or json_schema");
    }
    return format;
  }

  /** An object, or the effort alone as a string. */
  private static @Nullable ReasoningOptions reasoning(Fields fields) {
    JsonNode value = fields.find("reasoning");
    if (value == null) {
      return null;
    }
    if (value.isTextual()) {
      return new ReasoningOptions(effort(fields, "reasoning"), null, null);
    }
    ObjectNode object = fields.object("reasoning", ErrorCode.INVALID_REQUEST);
    if (object == null) {
      return null;
    }
    Fields inner = new Fields(object, fields.prefix() + "reasoning.");
    Effort effort = effort(inner, "effort");
    Integer maxTokens = inner.integer("maxTokens", MIN_REASONING, MAX_TOKENS);
    if (effort == null && maxTokens == null) {
      throw fields.invalid("reasoning", "must have an effort, maxTokens or both");
    }
    Integer all = fields.integer("maxTokens", 1, MAX_TOKENS);
    if (maxTokens != null && all != null && maxTokens >= all) {
      throw inner.invalid(
          "maxTokens", "must be less than maxTokens (" + all + "), which it is a part of");
    }
    Boolean summary = inner.find("summary") == null ? null : inner.flag("summary");
    return new ReasoningOptions(effort, maxTokens, summary);
  }

  private static @Nullable Effort effort(Fields fields, String name) {
    String effort = fields.string(name, MAX_TOOL_NAME);
    return effort == null
        ? null
        : Effort.ofWireName(effort)
            .orElseThrow(() -> fields.invalid(name, "must be low, medium or high"));
  }

  private static @Nullable ObjectNode typed(Fields fields, String name) {
    JsonNode value = fields.find(name);
    if (value != null && value.isTextual()) {
      ObjectNode typed = JsonNodeFactory.instance.objectNode();
      typed.set("type", value);
      return typed;
    }
    return fields.object(name, ErrorCode.INVALID_REQUEST);
  }

  private static boolean isToolName(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean good =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '_'
              || c == '-';
      if (!good) {
        return false;
      }
    }
    return true;
  }
}
