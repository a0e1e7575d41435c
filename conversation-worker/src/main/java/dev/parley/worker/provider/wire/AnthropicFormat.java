package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.Tool;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Anthropic's Messages. */
final class AnthropicFormat implements WireFormat {

  private static final String VERSION = "2023-06-01";

  private final Endpoint endpoint;
  private final Clock clock;

  AnthropicFormat(Endpoint endpoint, Clock clock) {
    this.endpoint = endpoint;
    this.clock = clock;
  }

  @Override
  public String provider() {
    return "anthropic";
  }

  @Override
  public Request request(ProviderCall call) throws ProviderException {
    ObjectNode body = WireJson.object();
    body.put("model", call.model());
    body.put("max_tokens", call.maxOutputTokens());
    String system = SystemText.of(call);
    if (system != null) {
      body.put("system", system);
    }
    body.set("messages", AnthropicMessages.write(call.messages()));
    if (call.options().temperature() != null) {
      body.put("temperature", call.options().temperature());
    }
    tools(call, body);
    responseFormat(call, body);
    if (call.stream()) {
      body.put("stream", true);
    }
    Map<String, String> headers =
        Map.of(
            "content-type",
            "application/json",
            "anthropic-version",
            VERSION,
            "x-api-key",
            endpoint.requiredKeyFor(call).secret());
    return new Request(endpoint.uri("/v1/messages"), headers, WireJson.write(body));
  }

  @Override
  public Decoder decoder(ReplyAssembler reply) {
    return new AnthropicDecoder(reply);
  }

  @Override
  public Failure failure(int status, HttpHeaders headers, @Nullable JsonNode body) {
    JsonNode error = body == null ? WireJson.object() : body.path("error");
    return failureOf(status, error, ResponseHeaders.retryAfter(headers, clock.instant()));
  }

  @Override
  public String requestIdHeader() {
    return "request-id";
  }

  /**
   * @param status 0 for an error inside a stream, where the type alone tells what it is
   */
  static Failure failureOf(int status, JsonNode error, @Nullable Duration retryAfter) {
    String type = error.path("type").asText("");
    // An account without money is told as an invalid request; only the words tell.
    if (error.path("message").asText("").contains("credit balance")) {
      return new Failure.QuotaExhausted();
    }
    int meant =
        switch (type) {
          case "authentication_error" -> 401;
          case "billing_error" -> 402;
          case "permission_error" -> 403;
          case "not_found_error" -> 404;
          case "request_too_large" -> 413;
          case "rate_limit_error" -> 429;
          case "api_error" -> 500;
          case "timeout_error" -> 504;
          case "overloaded_error" -> 529;
          case "invalid_request_error" -> 400;
          default -> status == 0 ? 500 : status;
        };
    return Failures.ofStatus(status == 0 ? meant : status, type, retryAfter);
  }

  private static void tools(ProviderCall call, ObjectNode body) throws ProviderException {
    if (call.options().tools() == null || call.options().tools().isEmpty()) {
      return;
    }
    ArrayNode tools = body.putArray("tools");
    for (Tool tool : call.options().tools()) {
      ObjectNode definition = tools.addObject().put("name", tool.name());
      if (tool.description() != null) {
        definition.put("description", tool.description());
      }
      definition.set("input_schema", tool.parameters());
    }
    switch (ToolChoice.of(call.options().toolChoice())) {
      case null -> {}
      case ToolChoice.Auto() -> body.putObject("tool_choice").put("type", "auto");
      case ToolChoice.Any() -> body.putObject("tool_choice").put("type", "any");
      case ToolChoice.None() -> body.putObject("tool_choice").put("type", "none");
      case ToolChoice.Named(String name) ->
          body.putObject("tool_choice").put("type", "tool").put("name", name);
    }
  }

  private static void responseFormat(ProviderCall call, ObjectNode body) throws ProviderException {
    switch (ResponseFormat.of(call.options().responseFormat())) {
      case ResponseFormat.Text() -> {}
      case ResponseFormat.JsonObject() ->
          throw Attachments.unsupported("response_format_json_object");
      case ResponseFormat.JsonSchema(String _, JsonNode schema, boolean _) ->
          body.putObject("output_config")
              .putObject("format")
              .put("type", "json_schema")
              .set("schema", schema);
    }
  }
}
