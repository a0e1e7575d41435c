package dev.parley.worker.provider.wire;

import dev.parley.schemas.chat.ReasoningOptions.Effort;
import dev.parley.worker.provider.ProviderCall;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which models of OpenAI's reason, and at which levels. */
final class OpenAiReasoning {

  /** These reason, and hand their reasoning out encrypted; other models refuse the question. */
  private static final Pattern KNOWN =
      Pattern.compile("o[1-9](-.*)?|gpt-([5-9]|[1-9][0-9])(?!.*-chat).*");

  /** These refuse the wish to reason; of names that are not OpenAI's nothing is known. */
  private static final Pattern UNABLE =
      Pattern.compile("gpt-[34].*|chatgpt-.*|gpt-.*-chat.*|o1-(mini|preview).*");

  /** Has but one level. */
  private static final Pattern HIGH_ONLY = Pattern.compile("gpt-5-pro.*");

  private OpenAiReasoning() {}

  static boolean isKnownToReason(String model) {
    return KNOWN.matcher(model).matches();
  }

  /** What the call asks for; null when that is nothing, or the model cannot. */
  static @Nullable Thinking wanted(ProviderCall call) {
    return UNABLE.matcher(call.model()).matches() ? null : Thinking.of(call);
  }

  static String level(ProviderCall call, Thinking thinking) {
    return HIGH_ONLY.matcher(call.model()).matches()
        ? Effort.HIGH.wireName()
        : thinking.effort().wireName();
  }
}
