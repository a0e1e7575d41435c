package dev.parley.ingest.reconciliation;

import dev.parley.storage.UsageAudit.HourAudit;
import java.util.List;

/**
 * Whether usage adds up.
 *
 * @param complete false when the events that were published could not all be seen, so that not
 *     every difference could be traced to an event
 */
record Reconciliation(List<Hour> hours, boolean complete) {

  /**
   * @param differences none when the hour is balanced
   */
  record Hour(HourAudit audit, List<Difference> differences) {}

  boolean isBalanced() {
    return hours.stream().allMatch(hour -> hour.audit().isBalanced());
  }
}
