package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderUsage;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads Anthropic's messages and their events; {@code message_stop} is the terminal one. */
final class AnthropicDecoder implements WireFormat.Decoder {

  private final ReplyAssembler reply;
  private final Map<Integer, ToolCallBuilder> calls = new HashMap<>();
  private final Usage usage = new Usage();

  /** The thinking block that is open, and what its deltas have brought. */
  private @Nullable ObjectNode thinking;

  private final StringBuilder thought = new StringBuilder();

  AnthropicDecoder(ReplyAssembler reply) {
    this.reply = reply;
  }

  @Override
  public boolean text(byte[] json, int offset, int length) throws IOException, ProviderException {
    String text = AnthropicText.in(json, offset, length);
    reply.text(text);
    return text != null;
  }

  @Override
  public void event(@Nullable String name, JsonNode data) throws ProviderException {
    int index = data.path("index").asInt();
    switch (data.path("type").asText()) {
      case "message_start" -> begin(data.path("message"));
      case "content_block_start" -> block(index, data.path("content_block"));
      case "content_block_delta" -> delta(index, data.path("delta"));
      case "content_block_stop" -> blockEnd(index);
      case "message_delta" -> {
        finish(data.path("delta").path("stop_reason").asText(""));
        usage(data.path("usage"));
      }
      case "message_stop" -> reply.terminal();
      case "error" ->
          throw new ProviderException(AnthropicFormat.failureOf(0, data.path("error"), null), null);
      // Pings, and what may be added in later versions.
      default -> {}
    }
  }

  @Override
  public void plain(JsonNode body) throws ProviderException {
    if (!body.path("type").asText().equals("message")) {
      throw new ProviderException(AnthropicFormat.failureOf(0, body.path("error"), null), null);
    }
    head(body);
    int index = 0;
    for (JsonNode block : body.path("content")) {
      block(index, block);
      blockEnd(index);
      index++;
    }
    usage(body.path("usage"));
    finish(body.path("stop_reason").asText(""));
    reply.terminal();
  }

  private void begin(JsonNode message) {
    head(message);
    usage(message.path("usage"));
  }

  private void head(JsonNode message) {
    reply.model(WireJson.textOrNull(message, "model"));
    reply.requestId(WireJson.textOrNull(message, "id"));
  }

  private void block(int index, JsonNode block) throws ProviderException {
    switch (block.path("type").asText()) {
      case "text" -> reply.text(WireJson.textOrNull(block, "text"));
      case "thinking" -> {
        thinking = block.deepCopy();
        reply.reasoning(WireJson.textOrNull(block, "thinking"));
      }
      case "redacted_thinking" -> thinking = block.deepCopy();
      case "tool_use" -> {
        ToolCallBuilder call =
            reply.toolCall(block.path("id").asText(), block.path("name").asText());
        calls.put(index, call);
        // In a stream the input begins as an empty object and comes in pieces.
        if (!block.path("input").isEmpty()) {
          reply.arguments(call, block.path("input").toString());
        }
      }
      default -> reply.progress();
    }
  }

  private void delta(int index, JsonNode delta) throws ProviderException {
    switch (delta.path("type").asText()) {
      case "text_delta" -> reply.text(WireJson.textOrNull(delta, "text"));
      case "thinking_delta" -> {
        String text = WireJson.textOrNull(delta, "thinking");
        thought.append(text == null ? "" : text);
        reply.reasoning(text);
      }
      case "signature_delta" -> {
        if (thinking != null) {
          thinking.put("signature", delta.path("signature").asText());
        }
        reply.progress();
      }
      case "input_json_delta" -> {
        ToolCallBuilder call = calls.get(index);
        if (call != null) {
          reply.arguments(call, WireJson.textOrNull(delta, "partial_json"));
        }
      }
      default -> reply.progress();
    }
  }

  private void blockEnd(int index) throws ProviderException {
    if (thinking != null) {
      keep(thinking);
      thinking = null;
    }
    ToolCallBuilder call = calls.get(index);
    if (call != null) {
      reply.completed(call);
    }
  }

  /** Blocks without a signature, which other servers send, are of no use to anybody. */
  private void keep(ObjectNode block) throws ProviderException {
    if (!thought.isEmpty()) {
      block.put("thinking", block.path("thinking").asText() + thought);
      thought.setLength(0);
    }
    if (block.path("signature").asText().isEmpty() && !block.has("data")) {
      return;
    }
    reply.keep(AnthropicFormat.NAME, block);
  }

  private void finish(String reason) {
    switch (reason) {
      case "" -> {}
      case "max_tokens", "model_context_window_exceeded" -> reply.finish(FinishReason.LENGTH);
      case "tool_use" -> reply.finish(FinishReason.TOOL_CALL);
      case "refusal" -> reply.finish(FinishReason.CONTENT_FILTER);
      default -> reply.finish(FinishReason.STOP);
    }
  }

  private void usage(JsonNode node) {
    if (node.isObject()) {
      usage.take(node);
      reply.usage(usage.normalised());
    }
  }

  /** Usage comes at the begin and again at the end, where fields may be missing or be newer. */
  private static final class Usage {

    private long fresh;
    private long output;
    private long read;
    private long written;
    private long written1h;
    private long reasoning;

    void take(JsonNode node) {
      fresh = Counts.of(node, "input_tokens", fresh);
      output = Counts.of(node, "output_tokens", output);
      read = Counts.of(node, "cache_read_input_tokens", read);
      written = Counts.of(node, "cache_creation_input_tokens", written);
      written1h = Counts.of(node.path("cache_creation"), "ephemeral_1h_input_tokens", written1h);
      reasoning = Counts.of(node.path("output_tokens_details"), "thinking_tokens", reasoning);
    }

    /** On the wire the three kinds of input stand beside each other. */
    @Nullable ProviderUsage normalised() {
      long within1h = Math.min(written1h, written);
      return Counts.usage(
          fresh + read + written, output, read, written - within1h, within1h, reasoning);
    }
  }
}
