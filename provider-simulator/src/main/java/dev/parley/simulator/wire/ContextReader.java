package dev.parley.simulator.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.simulator.script.ChatRequest;
import dev.parley.simulator.script.ContextDigest;
import dev.parley.simulator.script.Thoughts;
import dev.parley.simulator.script.Tokens;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes up a request's messages one after the other. Used by one thread, for one request. */
final class ContextReader {

  private final ContextDigest digest = new ContextDigest();
  private int messages;
  private int tokens;
  private String lastUserText = "";
  private boolean answersTool;

  void add(String role, String text) {
    messages++;
    tokens += Tokens.count(text);
    digest.add(role, text);
    if (role.equals("user")) {
      lastUserText = text;
      answersTool = false;
    } else if (role.equals("tool")) {
      answersTool = true;
    }
  }

  ChatRequest request(
      String model,
      boolean streamed,
      boolean includeUsage,
      @Nullable Integer maxTokens,
      @Nullable JsonNode metadata,
      Thoughts thoughts) {
    return new ChatRequest(
        model,
        messages,
        digest.value(),
        lastUserText,
        answersTool,
        tokens,
        streamed,
        includeUsage,
        maxTokens,
        texts(metadata),
        thoughts);
  }

  private static Map<String, String> texts(@Nullable JsonNode metadata) {
    if (metadata == null || !metadata.isObject() || metadata.isEmpty()) {
      return Map.of();
    }
    Map<String, String> texts = new HashMap<>();
    metadata.properties().forEach(field -> texts.put(field.getKey(), field.getValue().asText()));
    return texts;
  }
}
