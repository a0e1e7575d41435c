package dev.parley.benchmarks.turns;

import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ReplyListener;
import java.time.Duration;

/** Answers after a while, as a model does. */
record SlowProvider(Duration latency) implements ChatProvider {

  @Override
  public String name() {
    return "openai";
  }

  @Override
  public ProviderReply call(ProviderCall call, ReplyListener listener) throws InterruptedException {
    Thread.sleep(latency);
    return new InstantProvider().call(call, listener);
  }
}
