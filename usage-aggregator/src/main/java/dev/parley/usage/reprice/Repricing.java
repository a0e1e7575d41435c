package dev.parley.usage.reprice;

import dev.parley.pricing.PriceBook;
import dev.parley.pricing.PricedTokens;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.UsageStore;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.usage.prices.EventPrices;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reckons what the calls of a range cost by another price book. The ledger's rows stay as they are:
 * where a call cost something else, a correction of it tells the difference to all that the ledger
 * says of it so far.
 *
 * <p>The nth correction of a call has one id, whoever makes it and however often. So the same book
 * applied again finds nothing to correct, and of two applied at once each call takes one.
 *
 * <p>A call and its corrections have the same time, and their ids sort one behind the other, which
 * is how they come out of the ledger. Holds one call at a time.
 */
final class Repricing {

  private final PriceBook book;
  private final Consumer<Repriced> sink;
  private final List<UsageEvent> corrections = new ArrayList<>();
  private @Nullable UsageEvent call;

  private Repricing(PriceBook book, Consumer<Repriced> sink) {
    this.book = book;
    this.sink = sink;
  }

  /** Hands over every call of the range, changed or not. */
  static void run(UsageStore store, UsageFilter range, PriceBook book, Consumer<Repriced> sink) {
    Repricing repricing = new Repricing(book, sink);
    store.forEachEvent(range, repricing::add);
    repricing.end();
  }

  private void add(UsageEvent event) {
    if (event.correction() == null) {
      end();
      call = event;
    } else if (call != null && call.eventId().equals(event.correction().eventId())) {
      corrections.add(event);
    }
  }

  private void end() {
    UsageEvent ended = call;
    if (ended != null) {
      sink.accept(reprice(ended));
    }
    call = null;
    corrections.clear();
  }

  private Repriced reprice(UsageEvent ended) {
    BigDecimal told = ended.costUSD();
    for (UsageEvent correction : corrections) {
      told = plus(told, correction.costUSD());
    }
    List<PricedTokens> parts = EventPrices.parts(book, ended);
    if (parts == null) {
      return new Repriced(ended, told, null, null);
    }
    BigDecimal now = EventPrices.cost(parts);
    if (told != null && told.compareTo(now) == 0) {
      return new Repriced(ended, told, now, null);
    }
    BigDecimal difference = told == null ? now : now.subtract(told);
    return new Repriced(ended, told, now, correction(ended, told == null, difference));
  }

  private UsageEvent correction(UsageEvent ended, boolean wasUnpriced, BigDecimal difference) {
    return new UsageEvent(
        UsageEvent.correctionId(ended.eventId(), corrections.size() + 1),
        ended.requestId(),
        ended.jobId(),
        ended.sessionId(),
        ended.tenantId(),
        ended.botId(),
        ended.provider(),
        ended.model(),
        ended.finishReason(),
        0,
        ended.timestamp(),
        ended.routingDecision(),
        null,
        0,
        0,
        0,
        0,
        0,
        0,
        difference.stripTrailingZeros(),
        book.version(),
        false,
        null,
        new UsageEvent.Correction(ended.eventId(), wasUnpriced));
  }

  private static @Nullable BigDecimal plus(@Nullable BigDecimal a, @Nullable BigDecimal b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.add(b);
  }

  /**
   * A call by the other book.
   *
   * @param told what it cost by all that the ledger says; null when that is not known
   * @param now null when the book does not know its price: then it stays as it is
   * @param correction null when there is nothing to correct
   */
  record Repriced(
      UsageEvent call,
      @Nullable BigDecimal told,
      @Nullable BigDecimal now,
      @Nullable UsageEvent correction) {}
}
