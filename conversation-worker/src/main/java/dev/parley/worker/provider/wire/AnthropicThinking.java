package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * Asks Anthropic's models to think. Those up to the generation 4.5 take a number of tokens; those
 * since then decide by themselves, at a level.
 */
final class AnthropicThinking {

  private static final Pattern UNABLE =
      Pattern.compile("claude-(instant|[12]|3-(opus|sonnet|haiku|5)).*");

  /** Generation 3.7, and 4 with its dated names up to 4.5. */
  private static final Pattern BY_BUDGET =
      Pattern.compile("claude-3-7-.*|claude-(opus|sonnet|haiku)-4(-[0-5])?(-(latest|[0-9]{8}))?");

  /** The least that is taken. */
  private static final int LEAST = 1_024;

  private AnthropicThinking() {}

  /**
   * @throws ProviderException when the call asks for something else that excludes thinking
   */
  static void write(ProviderCall call, ObjectNode body) throws ProviderException {
    Thinking thinking = UNABLE.matcher(call.model()).matches() ? null : Thinking.of(call);
    if (thinking == null) {
      return;
    }
    refuseWhatExcludesIt(call);
    ObjectNode written = body.putObject("thinking");
    if (BY_BUDGET.matcher(call.model()).matches()) {
      written.put("type", "enabled").put("budget_tokens", budget(call, thinking));
    } else {
      written.put("type", "adaptive");
      body.withObjectProperty("output_config").put("effort", thinking.effort().wireName());
      if (thinking.told()) {
        // Of the later models only a signature comes without it.
        written.put("display", "summarized");
      }
    }
    if (!thinking.told()) {
      written.put("display", "omitted");
    }
  }

  private static int budget(ProviderCall call, Thinking thinking) throws ProviderException {
    int budget = Math.max(LEAST, thinking.tokens());
    if (budget >= call.maxOutputTokens()) {
      throw Attachments.unsupported("max_tokens_too_small_for_reasoning");
    }
    return budget;
  }

  /** The provider refuses these without a word that could be passed on. */
  private static void refuseWhatExcludesIt(ProviderCall call) throws ProviderException {
    BigDecimal temperature = call.options().temperature();
    if (temperature != null && temperature.compareTo(BigDecimal.ONE) != 0) {
      throw Attachments.unsupported("temperature_with_reasoning");
    }
    var tools = call.options().tools();
    if (tools == null || tools.isEmpty()) {
      return;
    }
    switch (ToolChoice.of(call.options().toolChoice())) {
      case null -> {}
      case ToolChoice.Auto() -> {}
      case ToolChoice.None() -> {}
      case ToolChoice.Any() -> throw Attachments.unsupported("forced_tool_with_reasoning");
      case ToolChoice.Named(var _) -> throw Attachments.unsupported("forced_tool_with_reasoning");
    }
  }
}
