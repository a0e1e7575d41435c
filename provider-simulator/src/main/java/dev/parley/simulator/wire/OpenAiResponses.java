package dev.parley.simulator.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.simulator.script.ChatRequest;
import dev.parley.simulator.script.Failure;
import dev.parley.simulator.script.Reply;
import dev.parley.simulator.script.Thoughts;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** OpenAI's Responses. */
public final class OpenAiResponses implements WireFormat {

  private static final Set<String> TEXT = Set.of("input_text", "output_text", "text", "refusal");

  @Override
  public String name() {
    return "openai-responses";
  }

  @Override
  public boolean serves(String path) {
    return path.equals("/v1/responses");
  }

  @Override
  public ChatRequest read(String path, @Nullable String query, JsonNode body) {
    String model = Fields.text(body, "model");
    ContextReader context = new ContextReader();
    String instructions = Fields.optionalText(body, "instructions");
    if (instructions != null && !instructions.isEmpty()) {
      context.add("system", instructions);
    }
    String input = Fields.optionalText(body, "input");
    if (input != null) {
      context.add("user", input);
    } else {
      for (JsonNode item : Fields.list(body, "input")) {
        add(context, item);
      }
    }
    return context.request(
        model,
        body.path("stream").asBoolean(),
        true,
        Fields.positive(body, "max_output_tokens"),
        body.get("metadata"),
        Thoughts.of(
            OpenAiChat.wantsThoughts(
                Fields.oneOf(body.path("reasoning"), "effort", OpenAiChat.EFFORTS)),
            body.path("reasoning").hasNonNull("summary")));
  }

  private static void add(ContextReader context, JsonNode item) {
    switch (item.path("type").asText("message")) {
      case "message" ->
          context.add(
              switch (item.path("role").asText()) {
                case "system", "developer" -> "system";
                case "user" -> "user";
                case "assistant" -> "assistant";
                default ->
                    throw new BadRequestException("an item's 'role' is not one that is known");
              },
              Fields.content(item.get("content"), TEXT));
      case "function_call" -> context.add("assistant", "");
      case "function_call_output" -> context.add("tool", Fields.content(item.get("output"), TEXT));
      default -> {
        // reasoning and the like are given back to us, and are no messages
      }
    }
  }

  @Override
  public @Nullable String user(JsonNode body) {
    String user = Fields.optionalText(body, "user");
    return user == null ? Fields.optionalText(body, "safety_identifier") : user;
  }

  @Override
  public byte[] whole(Reply reply) {
    return JsonText.object(json -> response(json, reply, status(reply)));
  }

  static String status(Reply reply) {
    return incompleteReason(reply) == null ? "completed" : "incomplete";
  }

  private static @Nullable String incompleteReason(Reply reply) {
    return switch (reply.finish()) {
      case "length" -> "max_output_tokens";
      case "content_filter" -> "content_filter";
      default -> null;
    };
  }

  /** A response; without output and usage while its status is {@code in_progress}. */
  static void response(JsonGenerator json, Reply reply, String status) throws IOException {
    boolean over = !status.equals("in_progress");
    json.writeStringField("id", "resp_" + reply.serial());
    json.writeStringField("object", "response");
    json.writeNumberField("created_at", reply.createdAt());
    json.writeStringField("status", status);
    json.writeNullField("error");
    String reason = incompleteReason(reply);
    if (over && reason != null) {
      json.writeObjectFieldStart("incomplete_details");
      json.writeStringField("reason", reason);
      json.writeEndObject();
    } else {
      json.writeNullField("incomplete_details");
    }
    json.writeNullField("instructions");
    json.writeNullField("max_output_tokens");
    json.writeStringField("model", reply.model());
    json.writeArrayFieldStart("output");
    if (over) {
      if (!reply.thoughts().isEmpty()) {
        json.writeStartObject();
        reasoning(json, reply, true);
        json.writeEndObject();
      }
      json.writeStartObject();
      item(json, reply, status, reply.text());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeBooleanField("parallel_tool_calls", true);
    json.writeNullField("previous_response_id");
    json.writeBooleanField("store", false);
    json.writeNumberField("temperature", 1.0);
    json.writeStringField("tool_choice", "auto");
    json.writeArrayFieldStart("tools");
    json.writeEndArray();
    json.writeNumberField("top_p", 1.0);
    json.writeStringField("truncation", "disabled");
    if (over && reply.reportUsage()) {
      OpenAiUsage.response(json, reply);
    } else {
      json.writeNullField("usage");
    }
    json.writeObjectFieldStart("metadata");
    json.writeEndObject();
  }

  /** What is reasoned comes before; encrypted too, since nothing is stored here. */
  static void reasoning(JsonGenerator json, Reply reply, boolean over) throws IOException {
    json.writeStringField("id", reasoningId(reply));
    json.writeStringField("type", "reasoning");
    json.writeArrayFieldStart("summary");
    if (over) {
      json.writeStartObject();
      summary(json, reply.thoughts());
      json.writeEndObject();
    }
    json.writeEndArray();
    if (over) {
      json.writeStringField("encrypted_content", "enc_" + reply.serial());
    }
  }

  static void summary(JsonGenerator json, String text) throws IOException {
    json.writeStringField("type", "summary_text");
    json.writeStringField("text", text);
  }

  static String reasoningId(Reply reply) {
    return "rs_" + reply.serial();
  }

  /** The one item that a reply consists of; null for a text that has not begun. */
  static void item(JsonGenerator json, Reply reply, String status, @Nullable String text)
      throws IOException {
    json.writeStringField("id", itemId(reply));
    json.writeStringField("type", reply.tool() == null ? "message" : "function_call");
    json.writeStringField("status", status);
    if (reply.tool() == null) {
      json.writeStringField("role", "assistant");
      json.writeArrayFieldStart("content");
      if (text != null) {
        json.writeStartObject();
        part(json, text);
        json.writeEndObject();
      }
      json.writeEndArray();
    } else {
      json.writeStringField("call_id", OpenAiChat.toolCallId(reply));
      json.writeStringField("name", reply.tool());
      json.writeStringField("arguments", text == null ? "" : text);
    }
  }

  static void part(JsonGenerator json, String text) throws IOException {
    json.writeStringField("type", "output_text");
    json.writeArrayFieldStart("annotations");
    json.writeEndArray();
    json.writeArrayFieldStart("logprobs");
    json.writeEndArray();
    json.writeStringField("text", text);
  }

  static String itemId(Reply reply) {
    return (reply.tool() == null ? "msg_" : "fc_") + reply.serial();
  }

  @Override
  public Frames frames(Reply reply, ChatRequest request) {
    return new OpenAiResponsesFrames(reply);
  }

  @Override
  public byte[] error(int status, String message, @Nullable String code) {
    return OpenAiErrors.body(status, message, code);
  }

  @Override
  public Map<String, String> failureHeaders(Failure failure, Reply reply) {
    return OpenAiErrors.headers(failure);
  }
}
