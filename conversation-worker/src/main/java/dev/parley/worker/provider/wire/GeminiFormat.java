package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.Tool;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gemini's generateContent. */
final class GeminiFormat extends JsonFormat {

  static final String NAME = "gemini";

  GeminiFormat(Endpoint endpoint, Clock clock) {
    super("gemini", endpoint, clock);
  }

  @Override
  String path(ProviderCall call) {
    String model = URLEncoder.encode(call.model(), StandardCharsets.UTF_8);
    String method = call.stream() ? ":streamGenerateContent?alt=sse" : ":generateContent";
    return "/v1beta/models/" + model + method;
  }

  @Override
  void headers(ProviderCall call, Endpoint endpoint, Map<String, String> headers)
      throws ProviderException {
    headers.put("x-goog-api-key", endpoint.requiredKeyFor(call).secret());
  }

  @Override
  void conversation(ProviderCall call, ObjectNode body) throws ProviderException {
    body.set("contents", GeminiContents.write(call));
    String system = SystemText.of(call);
    if (system != null) {
      body.putObject("systemInstruction").putArray("parts").addObject().put("text", system);
    }
    ObjectNode config = body.putObject("generationConfig");
    config.put("maxOutputTokens", call.maxOutputTokens());
    temperature(call, config);
    GeminiThinking.write(call, config);
  }

  @Override
  ArrayNode toolDefinitions(ObjectNode body) {
    return body.putArray("tools").addObject().putArray("functionDeclarations");
  }

  @Override
  void tool(Tool tool, ArrayNode definitions) {
    named(definitions.addObject(), tool).set("parametersJsonSchema", tool.parameters());
  }

  @Override
  void toolChoice(ToolChoice choice, ObjectNode body) {
    ObjectNode calling = body.putObject("toolConfig").putObject("functionCallingConfig");
    switch (choice) {
      case ToolChoice.Auto() -> calling.put("mode", "AUTO");
      case ToolChoice.Any() -> calling.put("mode", "ANY");
      case ToolChoice.None() -> calling.put("mode", "NONE");
      case ToolChoice.Named(String name) ->
          calling.put("mode", "ANY").putArray("allowedFunctionNames").add(name);
    }
  }

  @Override
  void jsonObject(ObjectNode body) {
    body.withObjectProperty("generationConfig").put("responseMimeType", "application/json");
  }

  @Override
  void jsonSchema(ResponseFormat.JsonSchema schema, ObjectNode body) {
    jsonObject(body);
    body.withObjectProperty("generationConfig").set("responseJsonSchema", schema.schema());
  }

  @Override
  public Decoder decoder(ReplyAssembler reply) {
    return new GeminiDecoder(reply);
  }

  @Override
  public String requestIdHeader() {
    return "x-request-id";
  }

  @Override
  Failure failure(int status, JsonNode error, @Nullable Duration retryAfter) {
    return failureOf(status, error, retryAfter);
  }

  static Failure failureOf(int status, JsonNode error, @Nullable Duration fromHeader) {
    Duration retryAfter = fromHeader;
    boolean exhausted = false;
    String reason = error.path("status").asText("");
    for (JsonNode detail : error.path("details")) {
      String type = detail.path("@type").asText("");
      if (type.endsWith("RetryInfo") && retryAfter == null) {
        retryAfter = ResponseHeaders.duration(WireJson.textOrNull(detail, "retryDelay"));
      }
      if (type.endsWith("QuotaFailure")) {
        exhausted |= isOfTheDay(detail);
      }
      if (type.endsWith("ErrorInfo")) {
        reason = detail.path("reason").asText(reason);
      }
    }
    if (reason.equals("API_KEY_INVALID")) {
      return new Failure.Authentication();
    }
    return exhausted ? new Failure.QuotaExhausted() : Failures.ofStatus(status, reason, retryAfter);
  }

  private static boolean isOfTheDay(JsonNode quotaFailure) {
    for (JsonNode violation : quotaFailure.path("violations")) {
      if (violation.path("quotaId").asText("").contains("PerDay")) {
        return true;
      }
    }
    return false;
  }
}
