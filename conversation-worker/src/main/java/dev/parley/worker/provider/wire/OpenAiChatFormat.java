package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.Tool;
import dev.parley.worker.provider.ApiKey;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import java.net.http.HttpHeaders;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** OpenAI's Chat Completions, which many other servers speak too. */
final class OpenAiChatFormat implements WireFormat {

  private final String provider;
  private final Endpoint endpoint;
  private final Clock clock;
  private final String tokenLimitField;

  OpenAiChatFormat(String provider, Endpoint endpoint, Clock clock) {
    this.provider = provider;
    this.endpoint = endpoint;
    this.clock = clock;
    // OpenAI's reasoning models refuse the old name, other servers do not know the new one.
    this.tokenLimitField =
        "api.openai.com".equals(endpoint.uri("").getHost())
            ? "max_completion_tokens"
            : "max_tokens";
  }

  @Override
  public String provider() {
    return provider;
  }

  @Override
  public Request request(ProviderCall call) throws ProviderException {
    ObjectNode body = WireJson.object();
    body.put("model", call.model());
    body.set("messages", OpenAiChatMessages.write(call));
    body.put(tokenLimitField, call.maxOutputTokens());
    if (call.options().temperature() != null) {
      body.put("temperature", call.options().temperature());
    }
    tools(call, body);
    responseFormat(call, body);
    if (call.stream()) {
      body.put("stream", true);
      body.putObject("stream_options").put("include_usage", true);
    }
    return new Request(endpoint.uri("/chat/completions"), headers(call), WireJson.write(body));
  }

  @Override
  public Decoder decoder(ReplyAssembler reply) {
    return new OpenAiChatDecoder(reply);
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

  private Map<String, String> headers(ProviderCall call) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("content-type", "application/json");
    headers.put("accept", call.stream() ? "text/event-stream" : "application/json");
    ApiKey key = endpoint.keyFor(call);
    if (key != null) {
      headers.put("authorization", "Bearer " + key.secret());
    }
    return headers;
  }

  private static void tools(ProviderCall call, ObjectNode body) throws ProviderException {
    if (call.options().tools() == null || call.options().tools().isEmpty()) {
      return;
    }
    ArrayNode tools = body.putArray("tools");
    for (Tool tool : call.options().tools()) {
      ObjectNode function = tools.addObject().put("type", "function").putObject("function");
      function.put("name", tool.name());
      if (tool.description() != null) {
        function.put("description", tool.description());
      }
      function.set("parameters", tool.parameters());
    }
    switch (ToolChoice.of(call.options().toolChoice())) {
      case null -> {}
      case ToolChoice.Auto() -> body.put("tool_choice", "auto");
      case ToolChoice.Any() -> body.put("tool_choice", "required");
      case ToolChoice.None() -> body.put("tool_choice", "none");
      case ToolChoice.Named(String name) ->
          body.putObject("tool_choice")
              .put("type", "function")
              .putObject("function")
              .put("name", name);
    }
  }

  private static void responseFormat(ProviderCall call, ObjectNode body) throws ProviderException {
    switch (ResponseFormat.of(call.options().responseFormat())) {
      case ResponseFormat.Text() -> {}
      case ResponseFormat.JsonObject() ->
          body.putObject("response_format").put("type", "json_object");
      case ResponseFormat.JsonSchema(String name, JsonNode schema, boolean strict) -> {
        ObjectNode format = body.putObject("response_format").put("type", "json_schema");
        format
            .putObject("json_schema")
            .put("name", name)
            .put("strict", strict)
            .set("schema", schema);
      }
    }
  }
}
