package dev.parley.simulator.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.simulator.script.ChatRequest;
import dev.parley.simulator.script.Failure;
import dev.parley.simulator.script.Reply;
import dev.parley.simulator.script.Thoughts;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Gemini's generateContent, and streamGenerateContent with {@code alt=sse}. */
public final class GeminiGenerate implements WireFormat {

  /** Google's own SDK calls the stable version, most others the beta. */
  private static final Pattern PATH =
      Pattern.compile("/v1(?:beta)?/models/([^/:]+):(generateContent|streamGenerateContent)");

  private static final String STREAMED = "streamGenerateContent";

  private static final Set<String> LEVELS =
      Set.of("minimal", "low", "medium", "high", "MINIMAL", "LOW", "MEDIUM", "HIGH");

  @Override
  public String name() {
    return "gemini-generate";
  }

  @Override
  public boolean serves(String path) {
    return PATH.matcher(path).matches();
  }

  @Override
  public ChatRequest read(String path, @Nullable String query, JsonNode body) {
    Matcher called = PATH.matcher(path);
    if (!called.matches()) {
      throw new BadRequestException("There is no such method.");
    }
    boolean streamed = called.group(2).equals(STREAMED);
    if (streamed && (query == null || !List.of(query.split("&", -1)).contains("alt=sse"))) {
      throw new BadRequestException("Streams are told as events only: add alt=sse.");
    }
    ContextReader context = new ContextReader();
    JsonNode system =
        body.has("systemInstruction")
            ? body.get("systemInstruction")
            : body.get("system_instruction");
    if (system != null) {
      context.add("system", text(system));
    }
    for (JsonNode content : Fields.list(body, "contents")) {
      context.add(role(content), text(content));
    }
    return context.request(
        called.group(1),
        streamed,
        true,
        Fields.positive(body.path("generationConfig"), "maxOutputTokens"),
        body.get("labels"),
        thoughts(body.path("generationConfig").path("thinkingConfig")));
  }

  private static Thoughts thoughts(JsonNode config) {
    String level = Fields.oneOf(config, "thinkingLevel", LEVELS);
    if (level != null && config.has("thinkingBudget")) {
      throw new BadRequestException(
          "You can only set only one of thinking budget and thinking level.");
    }
    boolean told = config.path("includeThoughts").asBoolean();
    boolean wanted =
        config.has("thinkingBudget")
            ? config.path("thinkingBudget").asInt() != 0
            : level != null || told;
    return Thoughts.of(wanted, told);
  }

  private static String role(JsonNode content) {
    return switch (content.path("role").asText("user")) {
      case "model" -> "assistant";
      case "function" -> "tool";
      case "user" -> content.path("parts").findValue("functionResponse") == null ? "user" : "tool";
      default -> throw new BadRequestException("Please use a valid role: user, model.");
    };
  }

  private static String text(JsonNode content) {
    StringBuilder text = new StringBuilder();
    for (JsonNode part : content.path("parts")) {
      text.append(part.path("text").asText());
    }
    return text.toString();
  }

  @Override
  public @Nullable String user(JsonNode body) {
    return null;
  }

  @Override
  public byte[] whole(Reply reply) {
    return JsonText.object(json ->
        chunk(
            json,
            reply,
            reply.thoughts(),
            part -> part(part, reply, reply.text()),
            reply.outputTokens(),
            true));
  }

  static void part(JsonGenerator json, Reply reply, String text) throws IOException {
    if (reply.tool() == null) {
      json.writeStringField("text", text);
    } else {
      json.writeObjectFieldStart("functionCall");
      json.writeStringField("name", reply.tool());
      json.writeFieldName("args");
      json.writeRawValue(reply.text());
      json.writeEndObject();
    }
  }

  static void chunk(
      JsonGenerator json,
      Reply reply,
      String thoughts,
      JsonText.Content part,
      int outputTokens,
      boolean last)
      throws IOException {
    json.writeArrayFieldStart("candidates");
    json.writeStartObject();
    json.writeObjectFieldStart("content");
    json.writeArrayFieldStart("parts");
    if (!thoughts.isEmpty()) {
      json.writeStartObject();
      json.writeStringField("text", thoughts);
      json.writeBooleanField("thought", true);
      json.writeEndObject();
    }
    json.writeStartObject();
    part.writeTo(json);
    json.writeEndObject();
    json.writeEndArray();
    json.writeStringField("role", "model");
    json.writeEndObject();
    if (last) {
      json.writeStringField("finishReason", finishReason(reply));
    }
    json.writeNumberField("index", 0);
    json.writeEndObject();
    json.writeEndArray();
    if (reply.reportUsage() && last) {
      usage(json, reply, outputTokens);
    }
    json.writeStringField("modelVersion", reply.model());
    json.writeStringField("responseId", reply.serial());
  }

  private static String finishReason(Reply reply) {
    return switch (reply.finish()) {
      case "length" -> "MAX_TOKENS";
      case "content_filter" -> "SAFETY";
      default -> "STOP";
    };
  }

  private static void usage(JsonGenerator json, Reply reply, int outputTokens) throws IOException {
    json.writeObjectFieldStart("usageMetadata");
    json.writeNumberField("promptTokenCount", reply.promptTokens());
    json.writeNumberField("candidatesTokenCount", outputTokens);
    json.writeNumberField(
        "totalTokenCount", reply.promptTokens() + outputTokens + reply.reasoningTokens());
    if (reply.cachedTokens() > 0) {
      json.writeNumberField("cachedContentTokenCount", reply.cachedTokens());
    }
    json.writeArrayFieldStart("promptTokensDetails");
    json.writeStartObject();
    json.writeStringField("modality", "TEXT");
    json.writeNumberField("tokenCount", reply.promptTokens());
    json.writeEndObject();
    json.writeEndArray();
    if (reply.reasoningTokens() > 0) {
      json.writeNumberField("thoughtsTokenCount", reply.reasoningTokens());
    }
    json.writeEndObject();
  }

  @Override
  public Frames frames(Reply reply, ChatRequest request) {
    return new GeminiFrames(reply);
  }

  @Override
  public byte[] error(int status, String message, @Nullable String code) {
    return error(status, message, code, null);
  }

  @Override
  public byte[] failure(Failure failure, String message) {
    return error(failure.status(), message, failure.code(), failure.retryAfter());
  }

  private static byte[] error(
      int status, String message, @Nullable String code, @Nullable Duration retryAfter) {
    return JsonText.object(json -> writeError(json, status, message, code, retryAfter));
  }

  static void writeError(
      JsonGenerator json,
      int status,
      String message,
      @Nullable String code,
      @Nullable Duration retryAfter)
      throws IOException {
    json.writeObjectFieldStart("error");
    json.writeNumberField("code", status);
    json.writeStringField("message", message);
    json.writeStringField("status", code == null ? statusWord(status) : code);
    if (retryAfter != null) {
      json.writeArrayFieldStart("details");
      json.writeStartObject();
      json.writeStringField("@type", "type.googleapis.com/google.rpc.RetryInfo");
      json.writeStringField("retryDelay", RetryAfter.seconds(retryAfter) + "s");
      json.writeEndObject();
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static String statusWord(int status) {
    return switch (status) {
      case 401 -> "UNAUTHENTICATED";
      case 403 -> "PERMISSION_DENIED";
      case 404 -> "NOT_FOUND";
      case 429 -> "RESOURCE_EXHAUSTED";
      case 503 -> "UNAVAILABLE";
      case 504 -> "DEADLINE_EXCEEDED";
      default -> status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
    };
  }

  @Override
  public Map<String, String> failureHeaders(Failure failure, Reply reply) {
    Duration wait = failure.retryAfter();
    return wait == null
        ? Map.of()
        : Map.of("retry-after", String.valueOf(RetryAfter.seconds(wait)));
  }
}
