package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderUsage;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads Chat Completions. The stream's terminal event is {@code [DONE]}; servers that never send it
 * have told the answer's end with its finish reason, after which the stream may end.
 */
final class OpenAiChatDecoder implements WireFormat.Decoder {

  private final ReplyAssembler reply;
  private final Map<Integer, ToolCallBuilder> calls = new HashMap<>();
  private int callsBegun;
  private boolean begun;

  OpenAiChatDecoder(ReplyAssembler reply) {
    this.reply = reply;
  }

  /** Once the first event has told the model and the answer's id, which the others repeat. */
  @Override
  public boolean text(byte[] json, int offset, int length) throws IOException, ProviderException {
    String text = begun ? OpenAiChatText.in(json, offset, length) : null;
    reply.text(text);
    return text != null;
  }

  @Override
  public void event(@Nullable String name, JsonNode data) throws ProviderException {
    throwIfError(name, data);
    begun = true;
    answer(data, "delta");
  }

  @Override
  public void plain(JsonNode body) throws ProviderException {
    throwIfError(null, body);
    answer(body, "message");
    reply.terminal();
  }

  private static void throwIfError(@Nullable String name, JsonNode data) throws ProviderException {
    JsonNode error = data.path("error");
    if (error.isObject() || error.isTextual()) {
      throw new ProviderException(OpenAiErrors.of(0, error, null), null);
    }
    if ("error".equals(name)) {
      throw new ProviderException(OpenAiErrors.of(0, data, null), null);
    }
  }

  private void answer(JsonNode data, String field) throws ProviderException {
    reply.model(WireJson.textOrNull(data, "model"));
    reply.requestId(WireJson.textOrNull(data, "id"));
    for (JsonNode choice : data.path("choices")) {
      if (choice.path("index").asInt(0) == 0) {
        content(choice.path(field));
        finish(choice.path("finish_reason").asText(""));
      }
    }
    JsonNode usage = data.path("usage");
    if (usage.isObject()) {
      reply.usage(usage(usage));
    }
  }

  private void content(JsonNode delta) throws ProviderException {
    // The field has two names with the servers that tell reasoning at all.
    reply.reasoning(WireJson.textOrNull(delta, "reasoning_content"));
    reply.reasoning(WireJson.textOrNull(delta, "reasoning"));
    reply.text(WireJson.textOrNull(delta, "content"));
    reply.text(WireJson.textOrNull(delta, "refusal"));
    int position = 0;
    for (JsonNode call : delta.path("tool_calls")) {
      toolCall(call, call.path("index").asInt(position));
      position++;
    }
  }

  private void toolCall(JsonNode delta, int index) throws ProviderException {
    String id = WireJson.textOrNull(delta, "id");
    JsonNode function = delta.path("function");
    String name = WireJson.textOrNull(function, "name");
    ToolCallBuilder call = calls.get(index);
    boolean another = call != null && id != null && !id.isEmpty() && !id.equals(call.id());
    if (call == null || another) {
      if (call != null) {
        reply.completed(call);
      }
      String callId = id == null || id.isEmpty() ? "call_" + callsBegun : id;
      callsBegun++;
      call = reply.toolCall(callId, name == null ? "" : name);
      calls.put(index, call);
    }
    JsonNode arguments = function.path("arguments");
    // Some servers send the object itself instead of its text.
    reply.arguments(call, arguments.isObject() ? arguments.toString() : arguments.textValue());
  }

  private void finish(String reason) {
    switch (reason) {
      case "", "null" -> {}
      case "length" -> reply.finish(FinishReason.LENGTH);
      case "content_filter" -> reply.finish(FinishReason.CONTENT_FILTER);
      case "tool_calls", "function_call" -> reply.finish(FinishReason.TOOL_CALL);
      default -> reply.finish(FinishReason.STOP);
    }
    if (reply.finished()) {
      reply.mayEnd();
      calls.values().forEach(reply::completed);
    }
  }

  private static @Nullable ProviderUsage usage(JsonNode usage) {
    long input = Counts.of(usage, "prompt_tokens");
    long output = Counts.of(usage, "completion_tokens");
    long reasoning = Counts.of(usage.path("completion_tokens_details"), "reasoning_tokens");
    // Some servers count reasoning beside the completion instead of within it; the total tells.
    if (reasoning > 0 && Counts.of(usage, "total_tokens") == input + output + reasoning) {
      output += reasoning;
    }
    JsonNode prompt = usage.path("prompt_tokens_details");
    long hits = Counts.of(usage, "prompt_cache_hit_tokens");
    long cached = Counts.of(prompt, "cached_tokens", hits);
    long written = Counts.of(prompt, "cache_write_tokens");
    return Counts.usage(input, output, cached, written, 0, reasoning);
  }
}
