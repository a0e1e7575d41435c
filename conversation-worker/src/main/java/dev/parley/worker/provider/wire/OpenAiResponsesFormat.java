package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.Tool;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import java.time.Clock;

/** OpenAI's Responses. The conversation is ours: nothing is stored at the provider's. */
final class OpenAiResponsesFormat extends OpenAiFormat {

  static final String NAME = "openai-responses";

  OpenAiResponsesFormat(String provider, Endpoint endpoint, Clock clock) {
    super(provider, endpoint, clock);
  }

  @Override
  String path(ProviderCall call) {
    return "/responses";
  }

  @Override
  void conversation(ProviderCall call, ObjectNode body) throws ProviderException {
    body.put("model", call.model());
    body.put("store", false);
    if (OpenAiReasoning.isKnownToReason(call.model())) {
      body.putArray("include").add("reasoning.encrypted_content");
    }
    String system = SystemText.of(call);
    if (system != null) {
      body.put("instructions", system);
    }
    body.set("input", OpenAiResponsesInput.write(call));
    body.put("max_output_tokens", call.maxOutputTokens());
    temperature(call, body);
    reasoning(call, body);
    if (call.stream()) {
      body.put("stream", true);
    }
  }

  private static void reasoning(ProviderCall call, ObjectNode body) {
    Thinking thinking = OpenAiReasoning.wanted(call);
    if (thinking != null) {
      ObjectNode written = body.putObject("reasoning");
      written.put("effort", OpenAiReasoning.level(call, thinking));
      if (thinking.told()) {
        written.put("summary", "auto");
      }
    }
  }

  @Override
  void tool(Tool tool, ArrayNode definitions) {
    ObjectNode definition = named(definitions.addObject().put("type", "function"), tool);
    // Strict is the default here, and refuses schemas that do not name every property required.
    definition.put("strict", false).set("parameters", tool.parameters());
  }

  @Override
  void toolChoice(ToolChoice choice, ObjectNode body) {
    switch (choice) {
      case ToolChoice.Auto() -> body.put("tool_choice", "auto");
      case ToolChoice.Any() -> body.put("tool_choice", "required");
      case ToolChoice.None() -> body.put("tool_choice", "none");
      case ToolChoice.Named(String name) ->
          body.putObject("tool_choice").put("type", "function").put("name", name);
    }
  }

  @Override
  void jsonObject(ObjectNode body) {
    body.putObject("text").putObject("format").put("type", "json_object");
  }

  @Override
  void jsonSchema(ResponseFormat.JsonSchema schema, ObjectNode body) {
    schema.writeTo(body.putObject("text").putObject("format").put("type", "json_schema"));
  }

  @Override
  public Decoder decoder(ReplyAssembler reply) {
    return new OpenAiResponsesDecoder(reply);
  }
}
