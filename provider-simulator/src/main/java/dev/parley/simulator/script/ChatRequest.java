package dev.parley.simulator.script;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What any format's request comes to.
 *
 * @param model as it was asked for, directives and all
 * @param messages how many messages there are, the system prompt counted as one
 * @param context the {@link ContextDigest} of them
 * @param lastUserText the text of the last message from the user; empty when there is none
 * @param answersTool whether results of tools follow the last message of the user
 * @param promptTokens the tokens of all texts
 * @param streamed whether the reply is wanted as events
 * @param includeUsage whether a streamed reply shall report token counts
 * @param maxTokens the longest reply that is wanted
 * @param metadata what the request says about itself
 * @param thoughts whether the model shall reason first
 */
public record ChatRequest(
    String model,
    int messages,
    String context,
    String lastUserText,
    boolean answersTool,
    int promptTokens,
    boolean streamed,
    boolean includeUsage,
    @Nullable Integer maxTokens,
    Map<String, String> metadata,
    Thoughts thoughts) {

  /** Without a wish to reason. */
  public ChatRequest(
      String model,
      int messages,
      String context,
      String lastUserText,
      boolean answersTool,
      int promptTokens,
      boolean streamed,
      boolean includeUsage,
      @Nullable Integer maxTokens,
      Map<String, String> metadata) {
    this(
        model,
        messages,
        context,
        lastUserText,
        answersTool,
        promptTokens,
        streamed,
        includeUsage,
        maxTokens,
        metadata,
        Thoughts.NONE);
  }
}
