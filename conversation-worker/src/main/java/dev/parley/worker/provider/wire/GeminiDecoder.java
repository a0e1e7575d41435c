package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderUsage;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads Gemini's answers; an event of its streams is such an answer too. There is no event that
 * ends a stream: it may end once a finish reason, or a blocked prompt, has been told.
 */
final class GeminiDecoder implements WireFormat.Decoder {

  /** Begins the ids of calls that came without one. */
  static final String MADE_UP_ID = "call_";

  private final ReplyAssembler reply;
  private boolean begun;

  GeminiDecoder(ReplyAssembler reply) {
    this.reply = reply;
  }

  /** Once the first chunk has told the model and the answer's id, which the others repeat. */
  @Override
  public boolean text(byte[] json, int offset, int length) throws IOException, ProviderException {
    String text = begun ? GeminiText.in(json, offset, length) : null;
    reply.text(text);
    return text != null;
  }

  @Override
  public void event(@Nullable String name, JsonNode data) throws ProviderException {
    begun = true;
    JsonNode error = data.path("error");
    if (error.isObject()) {
      throw new ProviderException(
          GeminiFormat.failureOf(error.path("code").asInt(500), error, null), null);
    }
    reply.model(WireJson.textOrNull(data, "modelVersion"));
    reply.requestId(WireJson.textOrNull(data, "responseId"));
    JsonNode candidate = data.path("candidates").path(0);
    for (JsonNode part : candidate.path("content").path("parts")) {
      part(part);
    }
    // After the parts that it counts.
    JsonNode usage = data.path("usageMetadata");
    if (usage.isObject()) {
      reply.usage(usage(usage));
    }
    if (!data.path("promptFeedback").path("blockReason").asText("").isEmpty()) {
      reply.finish(FinishReason.CONTENT_FILTER);
      reply.mayEnd();
    }
    finish(candidate.path("finishReason").asText(""));
  }

  @Override
  public void plain(JsonNode body) throws ProviderException {
    event(null, body);
    reply.mayEnd();
  }

  private void part(JsonNode part) throws ProviderException {
    boolean thought = part.path("thought").asBoolean();
    String signature = WireJson.textOrNull(part, "thoughtSignature");
    if (signature != null && !thought) {
      reply.keep(GeminiFormat.NAME, WireJson.object().put("thoughtSignature", signature));
    }
    JsonNode functionCall = part.path("functionCall");
    if (functionCall.isObject()) {
      String id = functionCall.path("id").asText("");
      ToolCallBuilder call =
          reply.toolCall(
              id.isEmpty() ? MADE_UP_ID + UUID.randomUUID() : id,
              functionCall.path("name").asText());
      JsonNode args = functionCall.path("args");
      reply.arguments(call, args.isObject() && !args.isEmpty() ? args.toString() : "");
      reply.completed(call);
    } else if (thought) {
      reply.reasoning(WireJson.textOrNull(part, "text"));
    } else {
      reply.text(WireJson.textOrNull(part, "text"));
    }
  }

  private void finish(String reason) throws ProviderException {
    switch (reason) {
      case "", "FINISH_REASON_UNSPECIFIED" -> {
        return;
      }
      case "MAX_TOKENS" -> reply.finish(FinishReason.LENGTH);
      case "SAFETY",
          "RECITATION",
          "LANGUAGE",
          "BLOCKLIST",
          "PROHIBITED_CONTENT",
          "SPII",
          "IMAGE_SAFETY" ->
          reply.finish(FinishReason.CONTENT_FILTER);
      case "STOP" -> reply.finish(FinishReason.STOP);
      default -> reply.finish(FinishReason.ERROR);
    }
    reply.mayEnd();
  }

  /** On the wire thoughts stand beside the answer, and tool prompts beside the prompt. */
  private static @Nullable ProviderUsage usage(JsonNode usage) {
    long thoughts = Counts.of(usage, "thoughtsTokenCount");
    return Counts.usage(
        Counts.of(usage, "promptTokenCount") + Counts.of(usage, "toolUsePromptTokenCount"),
        Counts.of(usage, "candidatesTokenCount") + thoughts,
        Counts.of(usage, "cachedContentTokenCount"),
        0,
        0,
        thoughts);
  }
}
