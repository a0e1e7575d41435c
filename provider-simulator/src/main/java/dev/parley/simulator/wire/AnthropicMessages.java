package dev.parley.simulator.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.simulator.script.ChatRequest;
import dev.parley.simulator.script.Failure;
import dev.parley.simulator.script.Reply;
import dev.parley.simulator.script.Thoughts;
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
  private static final Set<String> KINDS = Set.of("enabled", "adaptive", "disabled");
  private static final Set<String> EFFORTS = Set.of("low", "medium", "high", "xhigh", "max");
  private static final int LEAST_BUDGET = 1_024;

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
        model,
        body.path("stream").asBoolean(),
        true,
        limit,
        body.get("metadata"),
        thoughts(body, limit));
  }

  /** Refuses what the provider refuses. */
  private static Thoughts thoughts(JsonNode body, int maxTokens) {
    Fields.oneOf(body.path("output_config"), "effort", EFFORTS);
    JsonNode thinking = body.path("thinking");
    String kind = Fields.oneOf(thinking, "type", KINDS);
    boolean wanted = kind != null && !kind.equals("disabled");
    if ("enabled".equals(kind)) {
      Integer budget = Fields.positive(thinking, "budget_tokens");
      if (budget == null || budget < LEAST_BUDGET || budget >= maxTokens) {
        throw new BadRequestException(
            "thinking.enabled.budget_tokens: must be at least 1024 and less than max_tokens");
      }
    }
    if (wanted && body.path("temperature").asDouble(1) != 1) {
      throw new BadRequestException("temperature may only be set to 1 when thinking is enabled");
    }
    return Thoughts.of(wanted, !thinking.path("display").asText().equals("omitted"));
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
      if (!reply.thoughts().isEmpty()) {
        json.writeStartObject();
        json.writeStringField("type", "thinking");
        json.writeStringField("thinking", reply.thoughts());
        json.writeStringField("signature", signature(reply));
        json.writeEndObject();
      }
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

  static String signature(Reply reply) {
    return "sig_" + reply.serial();
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
    int room = reply.promptTokens() - reply.cachedTokens();
    int written5m = Math.min(reply.cacheWriteTokens(), room);
    int written1h = Math.min(reply.cacheWrite1hTokens(), room - written5m);
    int written = written5m + written1h;
    json.writeObjectFieldStart("usage");
    json.writeNumberField("input_tokens", room - written);
    json.writeNumberField("cache_creation_input_tokens", written);
    json.writeNumberField("cache_read_input_tokens", reply.cachedTokens());
    json.writeObjectFieldStart("cache_creation");
    json.writeNumberField("ephemeral_5m_input_tokens", written5m);
    json.writeNumberField("ephemeral_1h_input_tokens", written1h);
    json.writeEndObject();
    json.writeNumberField("output_tokens", outputTokens);
    thinkingTokens(json, reply);
    json.writeStringField("service_tier", "standard");
    json.writeEndObject();
  }

  static void thinkingTokens(JsonGenerator json, Reply reply) throws IOException {
    if (reply.reasoningTokens() > 0) {
      json.writeObjectFieldStart("output_tokens_details");
      json.writeNumberField("thinking_tokens", reply.reasoningTokens());
      json.writeEndObject();
    }
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
