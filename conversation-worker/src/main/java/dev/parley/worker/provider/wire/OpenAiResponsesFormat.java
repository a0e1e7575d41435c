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
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** OpenAI's Responses. The conversation is ours: nothing is stored at the provider's. */
final class OpenAiResponsesFormat implements WireFormat {

  private final String provider;
  private final Endpoint endpoint;
  private final Clock clock;

  OpenAiResponsesFormat(String provider, Endpoint endpoint, Clock clock) {
    this.provider = provider;
    this.endpoint = endpoint;
    this.clock = clock;
  }

  @Override
  public String provider() {
    return provider;
  }

  @Override
  public Request request(ProviderCall call) throws ProviderException {
    ObjectNode body = WireJson.object();
    body.put("model", call.model());
    body.put("store", false);
    String system = SystemText.of(call);
    if (system != null) {
      body.put("instructions", system);
    }
    body.set("input", OpenAiResponsesInput.write(call.messages()));
    body.put("max_output_tokens", call.maxOutputTokens());
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
            "authorization",
            "Bearer " + endpoint.requiredKeyFor(call).secret());
    return new Request(endpoint.uri("/responses"), headers, WireJson.write(body));
  }

  @Override
  public Decoder decoder(ReplyAssembler reply) {
    return new OpenAiResponsesDecoder(reply);
  }

  @Override
  public Failure failure(int status, HttpHeaders headers, @Nullable JsonNode body) {
    JsonNode error = body == null ? WireJson.object() : body.path("error");
    return OpenAiErrors.of(status, error, ResponseHeaders.retryAfter(headers, clock.instant()));
  }

  @Override
  public String requestIdHeader() {
    return "x-request-id";
  }

  private static void tools(ProviderCall call, ObjectNode body) throws ProviderException {
    if (call.options().tools() == null || call.options().tools().isEmpty()) {
      return;
    }
    ArrayNode tools = body.putArray("tools");
    for (Tool tool : call.options().tools()) {
      ObjectNode definition = tools.addObject().put("type", "function").put("name", tool.name());
      if (tool.description() != null) {
        definition.put("description", tool.description());
      }
      // Strict is the default here, and refuses schemas that do not name every property required.
      definition.put("strict", false).set("parameters", tool.parameters());
    }
    switch (ToolChoice.of(call.options().toolChoice())) {
      case null -> {}
      case ToolChoice.Auto() -> body.put("tool_choice", "auto");
      case ToolChoice.Any() -> body.put("tool_choice", "required");
      case ToolChoice.None() -> body.put("tool_choice", "none");
      case ToolChoice.Named(String name) ->
          body.putObject("tool_choice").put("type", "function").put("name", name);
    }
  }

  private static void responseFormat(ProviderCall call, ObjectNode body) throws ProviderException {
    switch (ResponseFormat.of(call.options().responseFormat())) {
      case ResponseFormat.Text() -> {}
      case ResponseFormat.JsonObject() ->
          body.putObject("text").putObject("format").put("type", "json_object");
      case ResponseFormat.JsonSchema(String name, JsonNode schema, boolean strict) ->
          body.putObject("text")
              .putObject("format")
              .put("type", "json_schema")
              .put("name", name)
              .put("strict", strict)
              .set("schema", schema);
    }
  }
}
