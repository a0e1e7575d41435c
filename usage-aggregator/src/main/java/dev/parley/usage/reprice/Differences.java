package dev.parley.usage.reprice;

import dev.parley.usage.reprice.Repricing.Repriced;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** What repricing changes, by tenant, day and model; grows with those and not with the calls. */
final class Differences {

  private record Group(String tenant, LocalDate day, String provider, String model) {
    static final Comparator<Group> ORDER =
        Comparator.comparing(Group::tenant)
            .thenComparing(Group::day)
            .thenComparing(Group::provider)
            .thenComparing(Group::model);
  }

  private record Amounts(
      long calls,
      long changed,
      long nowPriced,
      long stillUnpriced,
      BigDecimal before,
      BigDecimal after) {

    Amounts plus(Amounts other) {
      return new Amounts(
          calls + other.calls,
          changed + other.changed,
          nowPriced + other.nowPriced,
          stillUnpriced + other.stillUnpriced,
          before.add(other.before),
          after.add(other.after));
    }
  }

  private static final Amounts NONE = new Amounts(0, 0, 0, 0, BigDecimal.ZERO, BigDecimal.ZERO);

  private final Map<Group, Amounts> groups = new TreeMap<>(Group.ORDER);

  void add(Repriced call) {
    BigDecimal told = call.told() == null ? BigDecimal.ZERO : call.told();
    boolean changed = call.correction() != null;
    groups.merge(
        new Group(
            call.call().tenantId().value(),
            LocalDate.ofInstant(call.call().timestamp(), ZoneOffset.UTC),
            call.call().provider(),
            call.call().model()),
        new Amounts(
            1,
            changed ? 1 : 0,
            changed && call.told() == null ? 1 : 0,
            call.told() == null && call.now() == null ? 1 : 0,
            told,
            call.now() == null ? told : call.now()),
        Amounts::plus);
  }

  long changed() {
    return total().changed();
  }

  /** Groups without a change are left out, but not of the total. */
  void print(PrintStream out) {
    out.println(
        "tenant,day,provider,model,calls,changed,nowPriced,stillUnpriced,costBefore,costAfter,difference");
    groups.forEach((group, amounts) -> {
      if (amounts.changed() > 0 || amounts.stillUnpriced() > 0) {
        out.println(
            String.join(
                ",",
                group.tenant(),
                group.day().toString(),
                cell(group.provider()),
                cell(group.model()),
                line(amounts)));
      }
    });
    out.println("total,,,," + line(total()));
  }

  private Amounts total() {
    return groups.values().stream().reduce(NONE, Amounts::plus);
  }

  private static String line(Amounts amounts) {
    return amounts.calls()
        + ","
        + amounts.changed()
        + ","
        + amounts.nowPriced()
        + ","
        + amounts.stillUnpriced()
        + ","
        + plain(amounts.before())
        + ","
        + plain(amounts.after())
        + ","
        + plain(amounts.after().subtract(amounts.before()));
  }

  private static String plain(BigDecimal amount) {
    return (amount.signum() == 0 ? BigDecimal.ZERO : amount.stripTrailingZeros()).toPlainString();
  }

  /** Names come from outside: neither separators nor what a terminal obeys. */
  private static String cell(String name) {
    return name.replaceAll("[\\p{Cntrl},\"]", "_");
  }
}
