package dev.parley.ingest.reconciliation;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whole hours of UTC.
 *
 * @param until exclusive
 */
record HourRange(Instant since, Instant until) {

  private static final Duration DEFAULT = Duration.ofHours(24);
  private static final Instant EARLIEST = Instant.EPOCH;
  private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

  /**
   * The hours that the range touches: the last day without {@code since}, up to and with the
   * current hour without {@code until}.
   *
   * @throws IllegalArgumentException when a text is not a time, or the range is turned round
   */
  static HourRange parse(@Nullable String since, @Nullable String until, Instant now) {
    Instant end = up(until == null ? now.plusMillis(1) : time("until", until));
    Instant begin = since == null ? end.minus(DEFAULT) : time("since", since);
    if (begin.isAfter(end)) {
      throw new IllegalArgumentException("since must not be after until");
    }
    return new HourRange(begin.truncatedTo(ChronoUnit.HOURS), end);
  }

  Duration length() {
    return Duration.between(since, until);
  }

  private static Instant up(Instant time) {
    Instant hour = time.truncatedTo(ChronoUnit.HOURS);
    return hour.equals(time) ? hour : hour.plus(Duration.ofHours(1));
  }

  private static Instant time(String name, String text) {
    try {
      Instant time =
          text.length() == 10
              ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
              : DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from);
      if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
        throw new IllegalArgumentException(name + " must lie between the years 1970 and 9999");
      }
      return time;
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          name + " must be a time such as 2026-01-31T12:00:00Z or a date", e);
    }
  }
}
