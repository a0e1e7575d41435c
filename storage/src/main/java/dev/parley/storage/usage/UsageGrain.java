package dev.parley.storage.usage;

import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneOffsetTransitionRule;
import java.time.zone.ZoneRules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the totals, whose cells are hours of UTC, are fine enough for a question. */
public final class UsageGrain {

  /** Nothing was recorded before; what offsets a zone had earlier does not matter. */
  private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");

  private UsageGrain() {}

  public static boolean totalsSuffice(
      UsageFilter filter, List<UsageDimension> groupBy, ZoneId zone) {
    return filter.sessionId() == null
        && filter.botId() == null
        && onHour(filter.since())
        && onHour(filter.until())
        && groupBy.stream().allMatch(dimension -> inTotals(dimension, zone));
  }

  private static boolean inTotals(UsageDimension dimension, ZoneId zone) {
    return switch (dimension) {
      case TENANT, PROVIDER, MODEL -> true;
      case SESSION, BOT -> false;
      case HOUR, DAY, MONTH -> hasWholeHours(zone);
    };
  }

  private static boolean onHour(@Nullable Instant time) {
    return time == null || time.equals(time.truncatedTo(ChronoUnit.HOURS));
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
