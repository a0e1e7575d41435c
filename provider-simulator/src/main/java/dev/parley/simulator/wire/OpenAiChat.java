package dev.parley.simulator.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.simulator.script.ChatRequest;
import dev.parley.simulator.script.Failure;
import dev.parley.simulator.script.Reply;
import dev.parley.simulator.script.Thoughts;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** OpenAI's Chat Completions. */
public final class OpenAiChat implements WireFormat {

  static final String FINGERPRINT = "fp_simulator";
  private static final Set<String> TEXT = Set.of("text", "refusal");
  static final Set<String> EFFORTS = Set.of("none", "minimal", "low", "medium", "high", "xhigh");

  @Override
  public String name() {
    return "openai-chat";
  }

  @Override
  public boolean serves(String path) {
    return path.equals("/v1/chat/completions");
  }

  @Override
  public ChatRequest read(String path, @Nullable String query, JsonNode body) {
    String model = Fields.text(body, "model");
    ContextReader context = new ContextReader();
    checkToolCalls(body);
    for (JsonNode message : Fields.list(body, "messages")) {
      context.add(role(message), Fields.content(message.get("content"), TEXT));
    }
    Integer limit = Fields.positive(body, "max_completion_tokens");
    return context.request(
        model,
        body.path("stream").asBoolean(),
        body.path("stream_options").path("include_usage").asBoolean(),
        limit == null ? Fields.positive(body, "max_tokens") : limit,
        body.get("metadata"),
        Thoughts.of(wantsThoughts(Fields.oneOf(body, "reasoning_effort", EFFORTS)), true));
  }

  /** Calls of tools and their answers belong together, as with the provider. */
  private static void checkToolCalls(JsonNode body) {
    Set<String> open = new HashSet<>();
    for (JsonNode message : Fields.list(body, "messages")) {
      if (message.path("role").asText().equals("tool")) {
        if (!open.remove(message.path("tool_call_id").asText())) {
          throw new BadRequestException(
              "messages with role 'tool' must be a response to a preceding message with"
                  + " 'tool_calls'");
        }
      } else if (!open.isEmpty()) {
        throw new BadRequestException(
            "An assistant message with 'tool_calls' must be followed by tool messages responding"
                + " to each 'tool_call_id'.");
      }
      message.path("tool_calls").forEach(call -> open.add(call.path("id").asText()));
    }
  }

  static boolean wantsThoughts(@Nullable String effort) {
    return effort != null && !effort.equals("none");
  }

  private static String role(JsonNode message) {
    String role = message.path("role").asText();
    return switch (role) {
      case "system", "developer" -> "system";
      case "user", "assistant" -> role;
      case "tool", "function" -> "tool";
      default -> throw new BadRequestException("a message's 'role' is not one that is known");
    };
  }

  @Override
  public @Nullable String user(JsonNode body) {
    String user = Fields.optionalText(body, "user");
    return user == null ? Fields.optionalText(body, "safety_identifier") : user;
  }

  @Override
  public byte[] whole(Reply reply) {
    return JsonText.object(json -> {
      head(json, reply, "chat.completion");
      json.writeArrayFieldStart("choices");
      json.writeStartObject();
      json.writeNumberField("index", 0);
      json.writeObjectFieldStart("message");
      json.writeStringField("role", "assistant");
      message(json, reply);
      json.writeEndObject();
      json.writeNullField("logprobs");
      json.writeStringField("finish_reason", reply.finish());
      json.writeEndObject();
      json.writeEndArray();
      if (reply.reportUsage()) {
        OpenAiUsage.chat(json, reply);
      }
      tail(json);
    });
  }

  /** Reasoning stands where most servers that tell it at all put it; OpenAI's own does not. */
  private static void message(JsonGenerator json, Reply reply) throws IOException {
    if (!reply.thoughts().isEmpty()) {
      json.writeStringField("reasoning_content", reply.thoughts());
    }
    if (reply.tool() == null) {
      json.writeStringField("content", reply.text());
    } else {
      json.writeNullField("content");
      json.writeArrayFieldStart("tool_calls");
      json.writeStartObject();
      json.writeStringField("id", toolCallId(reply));
      json.writeStringField("type", "function");
      json.writeObjectFieldStart("function");
      json.writeStringField("name", reply.tool());
      json.writeStringField("arguments", reply.text());
      json.writeEndObject();
      json.writeEndObject();
      json.writeEndArray();
    }
    json.writeNullField("refusal");
    json.writeArrayFieldStart("annotations");
    json.writeEndArray();
  }

  static String toolCallId(Reply reply) {
    return "call_" + reply.serial();
  }

  static void head(JsonGenerator json, Reply reply, String object) throws IOException {
    json.writeStringField("id", "chatcmpl-" + reply.serial());
    json.writeStringField("object", object);
    json.writeNumberField("created", reply.createdAt());
    json.writeStringField("model", reply.model());
  }

  static void tail(JsonGenerator json) throws IOException {
    json.writeStringField("service_tier", "default");
    json.writeStringField("system_fingerprint", FINGERPRINT);
  }

  @Override
  public Frames frames(Reply reply, ChatRequest request) {
    return new OpenAiChatFrames(reply, request.includeUsage());
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
