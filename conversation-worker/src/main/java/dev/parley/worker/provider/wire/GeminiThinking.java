package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.ReasoningOptions.Effort;
import dev.parley.worker.provider.ProviderCall;
import java.util.regex.Pattern;

/**
 * Asks Gemini's models to think. Those of the generation 2.5 take a number of tokens, those since
 * then a level, and to ask for both is an error.
 */
final class GeminiThinking {

  private static final Pattern UNABLE = Pattern.compile("gemini-(1|2\\.0).*|gemma-.*");
  private static final Pattern BY_BUDGET = Pattern.compile("gemini-2\\..*");

  /** Has two levels only. */
  private static final Pattern WITHOUT_MEDIUM = Pattern.compile("gemini-3-pro.*");

  /** What all models of the generation 2.5 take. */
  private static final int LEAST = 512;

  private static final int MOST = 24_576;

  private GeminiThinking() {}

  static void write(ProviderCall call, ObjectNode generationConfig) {
    Thinking thinking = UNABLE.matcher(call.model()).matches() ? null : Thinking.of(call);
    if (thinking == null) {
      return;
    }
    ObjectNode written = generationConfig.putObject("thinkingConfig");
    written.put("includeThoughts", thinking.told());
    if (BY_BUDGET.matcher(call.model()).matches()) {
      written.put("thinkingBudget", Math.clamp(thinking.tokens(), LEAST, MOST));
    } else {
      written.put("thinkingLevel", level(call, thinking.effort()));
    }
  }

  private static String level(ProviderCall call, Effort effort) {
    boolean missing = effort == Effort.MEDIUM && WITHOUT_MEDIUM.matcher(call.model()).matches();
    return (missing ? Effort.HIGH : effort).wireName();
  }
}
