package dev.parley.usage.exports;

import dev.parley.pricing.PriceBook;
import dev.parley.pricing.PricedTokens;
import dev.parley.schemas.UsageEvent;
import dev.parley.usage.prices.EventPrices;
import dev.parley.usage.prices.PriceBooks;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what a tenant used on a day. Its size goes with the number of models and prices, not with
 * that of the events.
 *
 * <p>An event and its corrections come one behind the other, as their ids sort; together they are a
 * call at its latest price.
 */
final class DaySums {

  private record Group(String provider, String model) {
    static final Comparator<Group> ORDER =
        Comparator.comparing(Group::provider).thenComparing(Group::model);
  }

  private final PriceBooks books;
  private final SortedMap<Group, Sums> groups = new TreeMap<>(Group.ORDER);
  private final SortedMap<Charge.Key, Charge> charges = new TreeMap<>(Charge.Key.ORDER);
  private final SortedSet<String> priceVersions = new TreeSet<>();
  private @Nullable UsageEvent call;
  private @Nullable BigDecimal cost;
  private @Nullable String priceVersion;

  DaySums(PriceBooks books) {
    this.books = books;
  }

  void add(UsageEvent event) {
    groups.merge(new Group(event.provider(), event.model()), Sums.of(event), Sums::plus);
    if (event.priceVersion() != null) {
      priceVersions.add(event.priceVersion());
    }
    if (event.correction() == null) {
      endCall();
      call = event;
      cost = event.costUSD();
      priceVersion = event.priceVersion();
    } else if (call != null && call.eventId().equals(event.correction().eventId())) {
      cost = sum(cost, event.costUSD());
      priceVersion = event.priceVersion();
    } else if (event.costUSD() != null) {
      chargeWhole(event, event.costUSD());
    }
  }

  void add(DaySummary told) {
    told.groups()
        .forEach(
            row -> groups.merge(new Group(row.provider(), row.model()), row.sums(), Sums::plus));
    told.charges().forEach(this::charge);
    priceVersions.addAll(told.priceVersions());
  }

  /** What this has over what was told before, without what is the same. */
  DaySums minus(DaySums before) {
    endCall();
    DaySums difference = new DaySums(books);
    difference.groups.putAll(groups);
    difference.charges.putAll(charges);
    before.groups.forEach(
        (group, sums) -> difference.groups.merge(group, Sums.NONE.minus(sums), Sums::plus));
    before.charges.values().forEach(charge -> difference.charge(charge.negated()));
    difference.groups.values().removeIf(Sums::isNothing);
    difference.priceVersions.addAll(priceVersions);
    return difference;
  }

  DaySummary summary(boolean afterPeriod) {
    endCall();
    return new DaySummary(
        afterPeriod,
        List.copyOf(priceVersions),
        groups.entrySet().stream()
            .map(entry ->
                new DaySummary.Row(
                    entry.getKey().provider(), entry.getKey().model(), entry.getValue()))
            .toList(),
        charges.values().stream().filter(charge -> !charge.isNothing()).toList());
  }

  private void endCall() {
    UsageEvent ended = call;
    BigDecimal paid = cost;
    call = null;
    // What has no price yet is no charge yet.
    if (ended == null || paid == null) {
      return;
    }
    PriceBook book = books.find(priceVersion);
    List<PricedTokens> parts = book == null ? null : EventPrices.parts(book, ended);
    if (parts == null || EventPrices.cost(parts).compareTo(paid) != 0) {
      chargeWhole(ended, paid);
      return;
    }
    for (PricedTokens part : parts) {
      charge(
          new Charge(
              new Charge.Key(
                  ended.provider(),
                  ended.model(),
                  part.tokenClass(),
                  part.aboveInputTokens(),
                  part.perMillion()),
              part.tokens(),
              part.cost()));
    }
  }

  private void chargeWhole(UsageEvent event, BigDecimal paid) {
    charge(new Charge(new Charge.Key(event.provider(), event.model(), null, 0, null), 0, paid));
  }

  private void charge(Charge charge) {
    charges.merge(charge.key(), charge, Charge::plus);
  }

  private static @Nullable BigDecimal sum(@Nullable BigDecimal a, @Nullable BigDecimal b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.add(b);
  }
}
