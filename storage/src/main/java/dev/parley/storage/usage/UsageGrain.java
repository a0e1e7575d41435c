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
 * How much of a question sums that were made before can answer; the rest is asked of the ledger.
 *
 * @param since the begin of the first hour, or day for {@link Parts#SESSION_DAYS}, that lies in the
 *     asked range as a whole; null when the range has no begin
 * @param until the end of the last such hour or day; null when the range has no end
 */
public record UsageGrain(@Nullable Instant since, @Nullable Instant until, Parts parts) {

  /** Of what an answer is put together. */
  public enum Parts {
    /** The totals, whose cells are hours of UTC. */
    HOURS,
    /**
     * The totals, and where groups begin within an hour of UTC, as days in Kolkata do, quarters of
     * that hour.
     */
    SPLIT_HOURS,
    /** What each session and bot used on a day of UTC. */
    SESSION_DAYS
  }

  /** From the begin of an hour to the last instant of it that can be told. */
  public static final Duration REST_OF_HOUR = Duration.ofHours(1).minusMillis(1);

  /** Nothing was recorded before; what offsets a zone had earlier does not matter. */
  static final Instant EARLIEST = Instant.parse("2020-01-01T00:00:00Z");

  private static final int HOUR = 3600;
  private static final int QUARTER = 900;

  /** Null when all has to be asked of the ledger. */
  public static @Nullable UsageGrain of(
      UsageFilter filter, List<UsageDimension> groupBy, ZoneId zone) {
    if (filter.sessionId() != null || filter.botId() != null) {
      return null;
    }
    boolean ofTime = groupBy.stream().anyMatch(UsageGrain::isTime);
    if (groupBy.contains(UsageDimension.SESSION) || groupBy.contains(UsageDimension.BOT)) {
      boolean fits =
          !groupBy.contains(UsageDimension.HOUR) && (!ofTime || isOfPieces(zone, 24 * HOUR));
      return fits ? within(filter, ChronoUnit.DAYS, Parts.SESSION_DAYS) : null;
    }
    if (!ofTime || isOfPieces(zone, HOUR)) {
      return within(filter, ChronoUnit.HOURS, Parts.HOURS);
    }
    return hasQuarters(zone) ? within(filter, ChronoUnit.HOURS, Parts.SPLIT_HOURS) : null;
  }

  /** Whether no group of time in this zone begins within a quarter of an hour. */
  public static boolean hasQuarters(ZoneId zone) {
    return isOfPieces(zone, QUARTER);
  }

  private static @Nullable UsageGrain within(UsageFilter filter, ChronoUnit unit, Parts parts) {
    Instant since = next(filter.since(), unit);
    Instant until = filter.until() == null ? null : filter.until().truncatedTo(unit);
    boolean none = since != null && until != null && !since.isBefore(until);
    return none ? null : new UsageGrain(since, until, parts);
  }

  private static boolean isTime(UsageDimension dimension) {
    return switch (dimension) {
      case TENANT, PROVIDER, MODEL, SESSION, BOT -> false;
      case HOUR, DAY, MONTH -> true;
    };
  }

  private static @Nullable Instant next(@Nullable Instant time, ChronoUnit unit) {
    if (time == null) {
      return null;
    }
    Instant begin = time.truncatedTo(unit);
    return begin.equals(time) ? begin : begin.plus(unit.getDuration());
  }

  /**
   * Whether the zone's offsets are multiples of so many seconds, and change between such pieces.
   */
  private static boolean isOfPieces(ZoneId zone, int seconds) {
    ZoneRules rules = zone.getRules();
    if (!isWhole(rules.getOffset(EARLIEST), seconds)) {
      return false;
    }
    for (ZoneOffsetTransition transition : rules.getTransitions()) {
      if (transition.getInstant().isAfter(EARLIEST) && !isWhole(transition, seconds)) {
        return false;
      }
    }
    int year = EARLIEST.atOffset(ZoneOffset.UTC).getYear();
    for (ZoneOffsetTransitionRule rule : rules.getTransitionRules()) {
      if (!isWhole(rule.createTransition(year), seconds)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isWhole(ZoneOffsetTransition transition, int seconds) {
    return transition.toEpochSecond() % seconds == 0
        && isWhole(transition.getOffsetAfter(), seconds);
  }

  private static boolean isWhole(ZoneOffset offset, int seconds) {
    return offset.getTotalSeconds() % seconds == 0;
  }
}
