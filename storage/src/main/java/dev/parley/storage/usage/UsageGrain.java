package dev.parley.storage.usage;

import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneOffsetTransitionRule;
import java.time.zone.ZoneRules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much of a question the totals can answer, whose cells are hours of UTC; the rest is asked of
 * the ledger.
 *
 * @param since the begin of the first hour that lies in the asked range as a whole; null when the
 *     range has no begin
 * @param until the end of the last such hour; null when the range has no end
 * @param splitsHours whether groups may begin within an hour of UTC, as days in Kolkata do: such
 *     hours are asked of the ledger too
 */
public record UsageGrain(@Nullable Instant since, @Nullable Instant until, boolean splitsHours) {

  /** From the begin of an hour to the last instant of it that can be told. */
  public static final Duration REST_OF_HOUR = Duration.ofHours(1).minusMillis(1);

  /** Nothing was recorded before; what offsets a zone had earlier does not matter. */
  private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");

  /** Null when all has to be asked of the ledger. */
  public static @Nullable UsageGrain of(
      UsageFilter filter, List<UsageDimension> groupBy, ZoneId zone) {
    if (filter.sessionId() != null
        || filter.botId() != null
        || groupBy.contains(UsageDimension.SESSION)
        || groupBy.contains(UsageDimension.BOT)) {
      return null;
    }
    boolean splits = groupBy.stream().anyMatch(UsageGrain::isTime) && !hasWholeHours(zone);
    Instant since = nextHour(filter.since());
    Instant until = filter.until() == null ? null : hour(filter.until());
    boolean none = since != null && until != null && !since.isBefore(until);
    // every hour has parts of two
    boolean all = splits && groupBy.contains(UsageDimension.HOUR);
    return none || all ? null : new UsageGrain(since, until, splits);
  }

  private static boolean isTime(UsageDimension dimension) {
    return switch (dimension) {
      case TENANT, PROVIDER, MODEL, SESSION, BOT -> false;
      case HOUR, DAY, MONTH -> true;
    };
  }

  private static @Nullable Instant nextHour(@Nullable Instant time) {
    if (time == null) {
      return null;
    }
    Instant hour = hour(time);
    return hour.equals(time) ? hour : hour.plus(Duration.ofHours(1));
  }

  private static Instant hour(Instant time) {
    return time.truncatedTo(ChronoUnit.HOURS);
  }

  static boolean hasWholeHours(ZoneId zone) {
    ZoneRules rules = zone.getRules();
    if (!wholeHours(rules.getOffset(EARLIEST))) {
      return false;
    }
    for (ZoneOffsetTransition transition : rules.getTransitions()) {
      if (transition.getInstant().isAfter(EARLIEST) && !wholeHours(transition.getOffsetAfter())) {
        return false;
      }
    }
    for (ZoneOffsetTransitionRule rule : rules.getTransitionRules()) {
      if (!wholeHours(rule.getOffsetAfter())) {
        return false;
      }
    }
    return true;
  }

  private static boolean wholeHours(ZoneOffset offset) {
    return offset.getTotalSeconds() % 3600 == 0;
  }
}
