package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.worker.provider.ProviderException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads Responses and their events. The terminal ones are {@code response.completed}, {@code
 * response.incomplete} and {@code response.failed}.
 */
final class OpenAiResponsesDecoder implements WireFormat.Decoder {

  private final ReplyAssembler reply;
  private final Map<Integer, ToolCallBuilder> calls = new HashMap<>();

  OpenAiResponsesDecoder(ReplyAssembler reply) {
    this.reply = reply;
  }

  @Override
  public boolean text(byte[] json, int offset, int length) throws IOException, ProviderException {
    String text = OpenAiResponsesText.in(json, offset, length);
    reply.text(text);
    return text != null;
  }

  @Override
  public void event(@Nullable String name, JsonNode data) throws ProviderException {
    int index = data.path("output_index").asInt();
    switch (data.path("type").asText()) {
      case "response.created" -> begin(data.path("response"));
      case "response.output_item.added" -> begin(index, data.path("item"));
      case "response.output_text.delta", "response.refusal.delta" ->
          reply.text(WireJson.textOrNull(data, "delta"));
      case "response.reasoning_summary_text.delta", "response.reasoning_text.delta" ->
          reply.reasoning(WireJson.textOrNull(data, "delta"));
      // A summary may have several parts, which are paragraphs.
      case "response.reasoning_summary_part.added" ->
          reply.reasoning(data.path("summary_index").asInt() > 0 ? "\n\n" : null);
      case "response.function_call_arguments.delta" -> {
        ToolCallBuilder call = calls.get(index);
        if (call != null) {
          reply.arguments(call, WireJson.textOrNull(data, "delta"));
        }
      }
      case "response.output_item.done" -> {
        keep(data.path("item"));
        end(index);
      }
      case "response.completed", "response.incomplete", "response.failed" ->
          end(data.path("response"));
      // The error's fields stand in the event itself; its type is the event's.
      case "error" -> throw failed(data.path("error").isObject() ? data.path("error") : data);
      default -> {}
    }
  }

  @Override
  public void plain(JsonNode body) throws ProviderException {
    begin(body);
    int index = 0;
    for (JsonNode item : body.path("output")) {
      begin(index, item);
      ToolCallBuilder call = calls.get(index);
      if (call != null) {
        reply.arguments(call, WireJson.textOrNull(item, "arguments"));
      }
      boolean first = true;
      for (JsonNode summary : item.path("summary")) {
        reply.reasoning(first ? null : "\n\n");
        reply.reasoning(WireJson.textOrNull(summary, "text"));
        first = false;
      }
      if (item.path("type").asText().equals("message")) {
        for (JsonNode content : item.path("content")) {
          reply.text(WireJson.textOrNull(content, "text"));
          reply.text(WireJson.textOrNull(content, "refusal"));
        }
      }
      keep(item);
      end(index);
      index++;
    }
    end(body);
  }

  private void begin(JsonNode response) {
    reply.model(WireJson.textOrNull(response, "model"));
    reply.requestId(WireJson.textOrNull(response, "id"));
  }

  private void begin(int index, JsonNode item) throws ProviderException {
    if (item.path("type").asText().equals("function_call")) {
      calls.put(index, reply.toolCall(item.path("call_id").asText(), item.path("name").asText()));
    } else {
      reply.progress();
    }
  }

  /** Reasoning that is not stored at the provider's comes encrypted, or is of no use later. */
  private void keep(JsonNode item) throws ProviderException {
    if (item instanceof ObjectNode reasoning
        && reasoning.path("type").asText().equals("reasoning")
        && reasoning.hasNonNull("encrypted_content")) {
      ObjectNode kept = reasoning.deepCopy();
      kept.remove("status");
      reply.keep(OpenAiResponsesFormat.NAME, kept);
    }
  }

  private void end(int index) {
    ToolCallBuilder call = calls.get(index);
    if (call != null) {
      reply.completed(call);
    }
  }

  private void end(JsonNode response) throws ProviderException {
    JsonNode usage = response.path("usage");
    if (usage.isObject()) {
      JsonNode input = usage.path("input_tokens_details");
      reply.usage(
          Counts.usage(
              Counts.of(usage, "input_tokens"),
              Counts.of(usage, "output_tokens"),
              Counts.of(input, "cached_tokens"),
              Counts.of(input, "cache_write_tokens"),
              0,
              Counts.of(usage.path("output_tokens_details"), "reasoning_tokens")));
    }
    switch (response.path("status").asText()) {
      case "completed" -> reply.finish(FinishReason.STOP);
      case "incomplete" ->
          reply.finish(
              response.path("incomplete_details").path("reason").asText().equals("content_filter")
                  ? FinishReason.CONTENT_FILTER
                  : FinishReason.LENGTH);
      default -> throw failed(response.path("error"));
    }
    reply.terminal();
  }

  private static ProviderException failed(JsonNode error) {
    return new ProviderException(OpenAiErrors.of(0, error, null), null);
  }
}
