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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The frame of a request that all formats share; each says how its pieces are written. */
abstract class JsonFormat implements WireFormat {

  private final String provider;
  private final Endpoint endpoint;
  private final Clock clock;

  JsonFormat(String provider, Endpoint endpoint, Clock clock) {
    this.provider = provider;
    this.endpoint = endpoint;
    this.clock = clock;
  }

  @Override
  public final String provider() {
    return provider;
  }

  @Override
  public final Request request(ProviderCall call) throws ProviderException {
    ObjectNode body = WireJson.object();
    conversation(call, body);
    tools(call, body);
    switch (ResponseFormat.of(call.options().responseFormat())) {
      case ResponseFormat.Text() -> {}
      case ResponseFormat.JsonObject() -> jsonObject(body);
      case ResponseFormat.JsonSchema schema -> jsonSchema(schema, body);
    }
    Map<String, String> headers = new HashMap<>();
    headers.put("content-type", "application/json");
    headers.put("accept", call.stream() ? "text/event-stream" : "application/json");
    if (call.requestKey() != null) {
      headers.put("idempotency-key", call.requestKey());
    }
    headers(call, endpoint, headers);
    return new Request(endpoint.uri(path(call)), headers, WireJson.write(body));
  }

  @Override
  public final Failure failure(int status, HttpHeaders headers, @Nullable JsonNode body) {
    // Gemini's streams tell their error in an array.
    JsonNode document = body != null && body.isArray() ? body.path(0) : body;
    JsonNode error = document == null ? WireJson.object() : document.path("error");
    return failure(status, error, ResponseHeaders.retryAfter(headers, clock.instant()));
  }

  private void tools(ProviderCall call, ObjectNode body) throws ProviderException {
    List<Tool> tools = call.options().tools();
    if (tools == null || tools.isEmpty()) {
      return;
    }
    ArrayNode definitions = toolDefinitions(body);
    for (Tool tool : tools) {
      tool(tool, definitions);
    }
    ToolChoice choice = ToolChoice.of(call.options().toolChoice());
    if (choice != null) {
      toolChoice(choice, body);
    }
  }

  ArrayNode toolDefinitions(ObjectNode body) {
    return body.putArray("tools");
  }

  /** Writes name and description, which stand alike in all formats. */
  static ObjectNode named(ObjectNode definition, Tool tool) {
    definition.put("name", tool.name());
    if (tool.description() != null) {
      definition.put("description", tool.description());
    }
    return definition;
  }

  static void temperature(ProviderCall call, ObjectNode target) {
    if (call.options().temperature() != null) {
      target.put("temperature", call.options().temperature());
    }
  }

  /** Below the endpoint's base URL. */
  abstract String path(ProviderCall call);

  /** Adds the key, and what else this format wants in headers. */
  abstract void headers(ProviderCall call, Endpoint endpoint, Map<String, String> headers)
      throws ProviderException;

  /** Writes all but tools and response format. */
  abstract void conversation(ProviderCall call, ObjectNode body) throws ProviderException;

  abstract void tool(Tool tool, ArrayNode definitions);

  abstract void toolChoice(ToolChoice choice, ObjectNode body);

  abstract void jsonObject(ObjectNode body) throws ProviderException;

  abstract void jsonSchema(ResponseFormat.JsonSchema schema, ObjectNode body);

  /**
   * @param error the object under {@code error}; missing when there is none
   */
  abstract Failure failure(int status, JsonNode error, @Nullable Duration retryAfter);
}
