package dev.parley.simulator.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.simulator.script.ChatRequest;
import dev.parley.simulator.script.Failure;
import dev.parley.simulator.script.Reply;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Anthropic's Messages. */
public final class AnthropicMessages implements WireFormat {

  private static final Set<String> TEXT = Set.of("text");

  @Override
  public String name() {
    return "anthropic-messages";
  }

  @Override
  public boolean serves(String path) {
    return path.equals("/v1/messages");
  }

  @Override
  public ChatRequest read(String path, @Nullable String query, JsonNode body) {
    String model = Fields.text(body, "model");
    Integer limit = Fields.positive(body, "max_tokens");
    if (limit == null) {
      throw new BadRequestException("max_tokens: Field required");
    }
    ContextReader context = new ContextReader();
    String system = Fields.content(body.get("system"), TEXT);
    if (!system.isEmpty()) {
      context.add("system", system);
    }
    for (JsonNode message : Fields.list(body, "messages")) {
      context.add(role(message), Fields.content(message.get("content"), TEXT));
    }
    return context.request(
        model, body.path("stream").asBoolean(), true, limit, body.get("metadata"));
  }

  private static String role(JsonNode message) {
    String role = message.path("role").asText();
    return switch (role) {
      case "assistant" -> role;
      case "user" -> {
        for (JsonNode part : message.path("content")) {
          if (part.path("type").asText().equals("tool_result")) {
            yield "tool";
          }
        }
        yield role;
      }
      default -> throw new BadRequestException("messages: a role is user or assistant");
    };
  }

  @Override
  public @Nullable String user(JsonNode body) {
    return Fields.optionalText(body.path("metadata"), "user_id");
  }

  @Override
  public byte[] whole(Reply reply) {
    return JsonText.object(json -> {
      head(json, reply);
      json.writeArrayFieldStart("content");
      json.writeStartObject();
      if (reply.tool() == null) {
        json.writeStringField("type", "text");
        json.writeStringField("text", reply.text());
      } else {
        toolUse(json, reply, reply.tool());
        json.writeFieldName("input");
        json.writeRawValue(reply.text());
      }
      json.writeEndObject();
      json.writeEndArray();
      json.writeStringField("stop_reason", stopReason(reply));
      json.writeNullField("stop_sequence");
      if (reply.reportUsage()) {
        usage(json, reply, reply.completionTokens());
      }
    });
  }

  static void head(JsonGenerator json, Reply reply) throws IOException {
    json.writeStringField("id", "msg_" + reply.serial());
    json.writeStringField("type", "message");
    json.writeStringField("role", "assistant");
    json.writeStringField("model", reply.model());
  }

  static void toolUse(JsonGenerator json, Reply reply, String name) throws IOException {
    json.writeStringField("type", "tool_use");
    json.writeStringField("id", "toolu_" + reply.serial());
    json.writeStringField("name", name);
  }

  static String stopReason(Reply reply) {
    return switch (reply.finish()) {
      case "length" -> "max_tokens";
      case "tool_calls" -> "tool_use";
      case "content_filter" -> "refusal";
      default -> "end_turn";
    };
  }

  /** What was read from or written to a cache is not part of {@code input_tokens} here. */
  static void usage(JsonGenerator json, Reply reply, int outputTokens) throws IOException {
    int written = Math.min(reply.cacheWriteTokens(), reply.promptTokens() - reply.cachedTokens());
    json.writeObjectFieldStart("usage");
    json.writeNumberField("input_tokens", reply.promptTokens() - reply.cachedTokens() - written);
    json.writeNumberField("cache_creation_input_tokens", written);
    json.writeNumberField("cache_read_input_tokens", reply.cachedTokens());
    json.writeObjectFieldStart("cache_creation");
    json.writeNumberField("ephemeral_5m_input_tokens", written);
    json.writeNumberField("ephemeral_1h_input_tokens", 0);
    json.writeEndObject();
    json.writeNumberField("output_tokens", outputTokens);
    json.writeStringField("service_tier", "standard");
    json.writeEndObject();
  }

  @Override
  public Frames frames(Reply reply, ChatRequest request) {
    return new AnthropicFrames(reply);
  }

  @Override
  public byte[] error(int status, String message, @Nullable String code) {
    return JsonText.object(json -> error(json, code == null ? errorType(status) : code, message));
  }

  static void error(JsonGenerator json, String type, String message) throws IOException {
    json.writeStringField("type", "error");
    json.writeObjectFieldStart("error");
    json.writeStringField("type", type);
    json.writeStringField("message", message);
    json.writeEndObject();
  }

  private static String errorType(int status) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 402 -> "billing_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 413 -> "request_too_large";
      case 429 -> "rate_limit_error";
      case 504 -> "timeout_error";
      case 529 -> "overloaded_error";
      default -> status < 500 ? "invalid_request_error" : "api_error";
    };
  }

  @Override
  public Map<String, String> failureHeaders(Failure failure, Reply reply) {
    Map<String, String> headers = new HashMap<>();
    headers.put("request-id", "req_" + reply.serial());
    Duration wait = failure.retryAfter();
    if (wait != null) {
      headers.put("retry-after", String.valueOf(RetryAfter.seconds(wait)));
    }
    if (failure.status() == 429) {
      long seconds = wait == null ? 1 : RetryAfter.seconds(wait);
      headers.put("anthropic-ratelimit-requests-limit", "500");
      headers.put("anthropic-ratelimit-requests-remaining", "0");
      headers.put(
          "anthropic-ratelimit-requests-reset",
          Instant.ofEpochSecond(reply.createdAt() + seconds).toString());
    }
    return headers;
  }
}
