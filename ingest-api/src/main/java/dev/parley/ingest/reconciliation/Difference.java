package dev.parley.ingest.reconciliation;

import dev.parley.schemas.UsageTotal.Cell;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that does not add up.
 *
 * @param cell null where it is about all of an hour
 * @param eventId null where it is not about a single event
 */
record Difference(Kind kind, @Nullable Cell cell, @Nullable String eventId) {

  /** What is at fault. */
  enum Kind {
    /** An event was published and is in no row of the ledger. */
    ROW_MISSING,
    /** A row of the ledger whose event was never published, or is not yet. */
    ROW_NOT_PUBLISHED,
    /** A row of the ledger that tells other figures than the event that was published. */
    ROW_ALTERED,
    /** A row of the ledger whose event the aggregator has put aside. */
    ROW_DEAD_LETTERED,
    /** A total that is not the sum of the events that were published. */
    TOTAL_DIFFERS,
    /** A total that is not the sum of its rows, where the events cannot be had to tell why. */
    TOTAL_AND_ROWS_DIFFER,
    /** Records were read of which nothing became. */
    RECORDS_LOST,
    /** The totals hold more or fewer events than were counted as added to them. */
    COUNTS_DIFFER;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
