package dev.parley.benchmarks.turns;

import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Part;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.ReplyListener;
import java.util.List;

/** Answers at once, in a few deltas, without leaving the process. */
final class InstantProvider implements ChatProvider {

  private static final List<String> DELTAS = List.of("This ", "is ", "an ", "answer.");

  @Override
  public String name() {
    return "openai";
  }

  @Override
  public ProviderReply call(ProviderCall call, ReplyListener listener) {
    listener.onStarted(call.model());
    DELTAS.forEach(listener::onText);
    ProviderUsage usage = ProviderUsage.of(100, DELTAS.size());
    listener.onUsage(usage);
    return new ProviderReply(
        List.of(new Part.Text(String.join("", DELTAS))),
        FinishReason.STOP,
        usage,
        call.model(),
        null);
  }
}
