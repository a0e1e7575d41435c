package dev.parley.schemas;

/** Topic and header names. Which settings each topic has is told in the runtime module. */
public final class Topics {

  /** {@link Submission}, key {@link SessionKey#recordKey()}. */
  public static final String SUBMISSIONS = "chat.submissions";

  /** {@link JobOutcome}, key {@link SessionKey#recordKey()}. */
  public static final String OUTCOMES = "chat.outcomes";

  /** What could not be handled, as it came: key, value and headers, and why. */
  public static final String DEAD_LETTERS = "chat.dead-letters";

  /** {@link UsageEvent}, key: {@link UsageEvent#recordKey}. */
  public static final String USAGE_EVENTS = "usage.events";

  /** {@link UsageTotal}, compacted, key: the cell. */
  public static final String USAGE_TOTALS = "usage.totals";

  /** {@link UsageCounts}, compacted, key: the tenant, the hour and the partition. */
  public static final String USAGE_COUNTS = "usage.counts";

  /** The {@link UsageEvent}s that were added to their totals late, key: the tenant id. */
  public static final String USAGE_LATE = "usage.late";

  private Topics() {}
}
