package dev.parley.simulator.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.parley.simulator.script.Reply;
import java.io.IOException;

/** OpenAI's token counts. */
final class OpenAiUsage {

  private OpenAiUsage() {}

  static void chat(JsonGenerator json, Reply reply) throws IOException {
    json.writeObjectFieldStart("usage");
    json.writeNumberField("prompt_tokens", reply.promptTokens());
    json.writeNumberField("completion_tokens", reply.completionTokens());
    json.writeNumberField("total_tokens", reply.promptTokens() + reply.completionTokens());
    json.writeObjectFieldStart("prompt_tokens_details");
    json.writeNumberField("cached_tokens", reply.cachedTokens());
    json.writeNumberField("cache_write_tokens", reply.cacheWriteTokens());
    json.writeNumberField("audio_tokens", 0);
    json.writeEndObject();
    json.writeObjectFieldStart("completion_tokens_details");
    json.writeNumberField("reasoning_tokens", reply.reasoningTokens());
    json.writeNumberField("audio_tokens", 0);
    json.writeNumberField("accepted_prediction_tokens", 0);
    json.writeNumberField("rejected_prediction_tokens", 0);
    json.writeEndObject();
    json.writeEndObject();
  }

  static void response(JsonGenerator json, Reply reply) throws IOException {
    json.writeObjectFieldStart("usage");
    json.writeNumberField("input_tokens", reply.promptTokens());
    json.writeObjectFieldStart("input_tokens_details");
    json.writeNumberField("cached_tokens", reply.cachedTokens());
    json.writeNumberField("cache_write_tokens", reply.cacheWriteTokens());
    json.writeEndObject();
    json.writeNumberField("output_tokens", reply.completionTokens());
    json.writeObjectFieldStart("output_tokens_details");
    json.writeNumberField("reasoning_tokens", reply.reasoningTokens());
    json.writeEndObject();
    json.writeNumberField("total_tokens", reply.promptTokens() + reply.completionTokens());
    json.writeEndObject();
  }
}
