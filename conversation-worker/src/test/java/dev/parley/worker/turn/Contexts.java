package dev.parley.worker.turn;

import dev.parley.schemas.chat.Message;
import java.time.Clock;
import java.util.function.ToLongFunction;

/** Contexts whose summaries cost nothing that is known. */
final class Contexts {

  private Contexts() {}

  static TurnContext of(
      TurnStores stores, TurnSettings settings, Clock clock, ToLongFunction<Message> tokensOf) {
    Metering metering = new Metering((name, model, usage, at) -> new Pricing.Priced(null, "test"));
    return new TurnContext(
        new Summariser(stores, metering, settings, clock), new RunningTurns(), settings, tokensOf);
  }
}
