package dev.parley.usage.topology;

import java.time.Duration;

/**
 * @param duplicateWindow a second copy of an event is recognised at least this long after the
 *     first, and at most twice as long
 * @param publishInterval how long changed totals may wait to be published, one record for each cell
 * @param lateAfter an event that is read this long after the end of its hour counts as late
 */
public record TopologySettings(
    Duration duplicateWindow, Duration publishInterval, Duration lateAfter) {

  public static final TopologySettings DEFAULT =
      new TopologySettings(Duration.ofHours(24), Duration.ofMillis(200), Duration.ofHours(1));

  public TopologySettings {
    if (duplicateWindow.compareTo(Duration.ofMinutes(1)) < 0) {
      throw new IllegalArgumentException("the duplicate window must be at least a minute");
    }
    if (publishInterval.toMillis() < 1) {
      throw new IllegalArgumentException("the publish interval must be at least a millisecond");
    }
  }
}
