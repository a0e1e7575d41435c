package dev.parley.usage.prices;

import dev.parley.pricing.PriceBook;
import dev.parley.pricing.PricedTokens;
import dev.parley.pricing.TokenCounts;
import dev.parley.schemas.UsageEvent;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Applies a price book to an event, as the worker did when the call had ended. */
public final class EventPrices {

  private EventPrices() {}

  /**
   * What a call cost, in parts.
   *
   * @return null when the book does not know its price
   */
  public static @Nullable List<PricedTokens> parts(PriceBook book, UsageEvent event) {
    TokenCounts tokens = tokens(event);
    List<PricedTokens> parts =
        book.parts(event.provider(), event.model(), tokens, event.timestamp());
    // Providers may answer with a name of their own for the model that was asked for, whose name is
    // at the end of the decision.
    String decision = event.routingDecision();
    for (int colon = decision.indexOf(':');
        parts == null && colon >= 0;
        colon = decision.indexOf(':', colon + 1)) {
      parts =
          book.parts(event.provider(), decision.substring(colon + 1), tokens, event.timestamp());
    }
    return parts;
  }

  /** The sum of parts; exact. */
  public static BigDecimal cost(List<PricedTokens> parts) {
    return parts.stream().map(PricedTokens::cost).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static TokenCounts tokens(UsageEvent event) {
    long written1h = event.cachedWrite1hTokens() == null ? 0 : event.cachedWrite1hTokens();
    long written = event.cachedWriteTokens();
    return new TokenCounts(
        event.inputTokens() - event.cachedReadTokens() - written,
        event.cachedReadTokens(),
        written - written1h,
        written1h,
        event.outputTokens());
  }
}
