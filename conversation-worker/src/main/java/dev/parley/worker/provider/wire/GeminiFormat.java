package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.Tool;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import java.net.URLEncoder;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gemini's generateContent. */
final class GeminiFormat implements WireFormat {

  private final Endpoint endpoint;
  private final Clock clock;

  GeminiFormat(Endpoint endpoint, Clock clock) {
    this.endpoint = endpoint;
    this.clock = clock;
  }

  @Override
  public String provider() {
    return "gemini";
  }

  @Override
  public Request request(ProviderCall call) throws ProviderException {
    ObjectNode body = WireJson.object();
    body.set("contents", GeminiContents.write(call));
    String system = SystemText.of(call);
    if (system != null) {
      body.putObject("systemInstruction").putArray("parts").addObject().put("text", system);
    }
    tools(call, body);
    generationConfig(call, body.putObject("generationConfig"));
    String model = URLEncoder.encode(call.model(), StandardCharsets.UTF_8);
    String method = call.stream() ? ":streamGenerateContent?alt=sse" : ":generateContent";
    Map<String, String> headers =
        Map.of(
            "content-type",
            "application/json",
            "x-goog-api-key",
            endpoint.requiredKeyFor(call).secret());
    return new Request(
        endpoint.uri("/v1beta/models/" + model + method), headers, WireJson.write(body));
  }

  @Override
  public Decoder decoder(ReplyAssembler reply) {
    return new GeminiDecoder(reply);
  }

  @Override
  public Failure failure(int status, HttpHeaders headers, @Nullable JsonNode body) {
    // A stream's error stands in an array.
    JsonNode document = body != null && body.isArray() ? body.path(0) : body;
    JsonNode error = document == null ? WireJson.object() : document.path("error");
    return failureOf(status, error, ResponseHeaders.retryAfter(headers, clock.instant()));
  }

  @Override
  public String requestIdHeader() {
    return "x-request-id";
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

  private static void tools(ProviderCall call, ObjectNode body) throws ProviderException {
    if (call.options().tools() == null || call.options().tools().isEmpty()) {
      return;
    }
    ArrayNode declarations = body.putArray("tools").addObject().putArray("functionDeclarations");
    for (Tool tool : call.options().tools()) {
      ObjectNode declaration = declarations.addObject().put("name", tool.name());
      if (tool.description() != null) {
        declaration.put("description", tool.description());
      }
      declaration.set("parametersJsonSchema", tool.parameters());
    }
    switch (ToolChoice.of(call.options().toolChoice())) {
      case null -> {}
      case ToolChoice.Auto() -> callingMode(body, "AUTO");
      case ToolChoice.Any() -> callingMode(body, "ANY");
      case ToolChoice.None() -> callingMode(body, "NONE");
      case ToolChoice.Named(String name) ->
          callingMode(body, "ANY").putArray("allowedFunctionNames").add(name);
    }
  }

  private static ObjectNode callingMode(ObjectNode body, String mode) {
    return body.putObject("toolConfig").putObject("functionCallingConfig").put("mode", mode);
  }

  private static void generationConfig(ProviderCall call, ObjectNode config)
      throws ProviderException {
    config.put("maxOutputTokens", call.maxOutputTokens());
    if (call.options().temperature() != null) {
      config.put("temperature", call.options().temperature());
    }
    switch (ResponseFormat.of(call.options().responseFormat())) {
      case ResponseFormat.Text() -> {}
      case ResponseFormat.JsonObject() -> config.put("responseMimeType", "application/json");
      case ResponseFormat.JsonSchema(String _, JsonNode schema, boolean _) ->
          config.put("responseMimeType", "application/json").set("responseJsonSchema", schema);
    }
  }
}
