package dev.parley.worker.turn;

import dev.parley.schemas.chat.Message;
import java.time.Clock;
import java.util.function.ToLongFunction;

/** Contexts whose summaries cost nothing that is known. */
final class Contexts {

  private Contexts() {}

  static TurnContext of(
      TurnStores stores, TurnSettings settings, Clock clock, ToLongFunction<Message> tokensOf) {
    Pricing pricing = (name, model, usage, at) -> new Pricing.Priced(null, "test");
    BudgetGuard guard = new FakeBudgets().guard(pricing, clock.instant());
    return new TurnContext(
        new Summariser(stores, new Metering(pricing), guard, settings, clock),
        new RunningTurns(),
        settings,
        tokensOf);
  }
}
