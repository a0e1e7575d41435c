package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.Tool;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import java.time.Clock;

/** OpenAI's Chat Completions, which many other servers speak too. */
final class OpenAiChatFormat extends OpenAiFormat {

  private final String tokenLimitField;

  OpenAiChatFormat(String provider, Endpoint endpoint, Clock clock) {
    super(provider, endpoint, clock);
    // OpenAI's reasoning models refuse the old name, other servers do not know the new one.
    this.tokenLimitField =
        "api.openai.com".equals(endpoint.uri("").getHost())
            ? "max_completion_tokens"
            : "max_tokens";
  }

  @Override
  String path(ProviderCall call) {
    return "/chat/completions";
  }

  @Override
  void conversation(ProviderCall call, ObjectNode body) throws ProviderException {
    body.put("model", call.model());
    body.set("messages", OpenAiChatMessages.write(call));
    body.put(tokenLimitField, call.maxOutputTokens());
    temperature(call, body);
    Thinking thinking = OpenAiReasoning.wanted(call);
    if (thinking != null) {
      body.put("reasoning_effort", OpenAiReasoning.level(call, thinking));
    }
    if (call.stream()) {
      body.put("stream", true);
      body.putObject("stream_options").put("include_usage", true);
    }
  }

  @Override
  void tool(Tool tool, ArrayNode definitions) {
    ObjectNode definition = definitions.addObject().put("type", "function");
    named(definition.putObject("function"), tool).set("parameters", tool.parameters());
  }

  @Override
  void toolChoice(ToolChoice choice, ObjectNode body) {
    switch (choice) {
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

  @Override
  void jsonObject(ObjectNode body) {
    body.putObject("response_format").put("type", "json_object");
  }

  @Override
  void jsonSchema(ResponseFormat.JsonSchema schema, ObjectNode body) {
    ObjectNode format = body.putObject("response_format").put("type", "json_schema");
    schema.writeTo(format.putObject("json_schema"));
  }

  @Override
  public Decoder decoder(ReplyAssembler reply) {
    return new OpenAiChatDecoder(reply);
  }
}
