package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.Tool;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Anthropic's Messages. */
final class AnthropicFormat extends JsonFormat {

  static final String NAME = "anthropic";
  private static final String VERSION = "2023-06-01";

  AnthropicFormat(Endpoint endpoint, Clock clock) {
    super("anthropic", endpoint, clock);
  }

  @Override
  String path(ProviderCall call) {
    return "/v1/messages";
  }

  @Override
  void headers(ProviderCall call, Endpoint endpoint, Map<String, String> headers)
      throws ProviderException {
    headers.put("anthropic-version", VERSION);
    headers.put("x-api-key", endpoint.requiredKeyFor(call).secret());
  }

  @Override
  void conversation(ProviderCall call, ObjectNode body) throws ProviderException {
    body.put("model", call.model());
    body.put("max_tokens", call.maxOutputTokens());
    String system = SystemText.of(call);
    if (system != null) {
      body.put("system", system);
    }
    body.set("messages", AnthropicMessages.write(call));
    temperature(call, body);
    AnthropicThinking.write(call, body);
    if (call.stream()) {
      body.put("stream", true);
    }
  }

  @Override
  void tool(Tool tool, ArrayNode definitions) {
    named(definitions.addObject(), tool).set("input_schema", tool.parameters());
  }

  @Override
  void toolChoice(ToolChoice choice, ObjectNode body) {
    ObjectNode written = body.putObject("tool_choice");
    switch (choice) {
      case ToolChoice.Auto() -> written.put("type", "auto");
      case ToolChoice.Any() -> written.put("type", "any");
      case ToolChoice.None() -> written.put("type", "none");
      case ToolChoice.Named(String name) -> written.put("type", "tool").put("name", name);
    }
  }

  @Override
  void jsonObject(ObjectNode body) throws ProviderException {
    throw Attachments.unsupported("response_format_json_object");
  }

  @Override
  void jsonSchema(ResponseFormat.JsonSchema schema, ObjectNode body) {
    body.withObjectProperty("output_config")
        .putObject("format")
        .put("type", "json_schema")
        .set("schema", schema.schema());
  }

  @Override
  public Decoder decoder(ReplyAssembler reply) {
    return new AnthropicDecoder(reply);
  }

  @Override
  public String requestIdHeader() {
    return "request-id";
  }

  @Override
  Failure failure(int status, JsonNode error, @Nullable Duration retryAfter) {
    return failureOf(status, error, retryAfter);
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
}
