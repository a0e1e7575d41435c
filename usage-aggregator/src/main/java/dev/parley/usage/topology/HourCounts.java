package dev.parley.usage.topology;

import dev.parley.schemas.UsageCounts;

/** What became of the records of one hour, in one partition. */
record HourCounts(long read, long aggregated, long duplicate, long late, long deadLettered) {

  static final HourCounts NONE = new HourCounts(0, 0, 0, 0, 0);

  HourCounts plusRead() {
    return new HourCounts(read + 1, aggregated, duplicate, late, deadLettered);
  }

  HourCounts plusAggregated() {
    return new HourCounts(read, aggregated + 1, duplicate, late, deadLettered);
  }

  HourCounts plusDuplicate() {
    return new HourCounts(read, aggregated, duplicate + 1, late, deadLettered);
  }

  HourCounts plusLate() {
    return new HourCounts(read, aggregated, duplicate, late + 1, deadLettered);
  }

  HourCounts plusDeadLettered() {
    return new HourCounts(read, aggregated, duplicate, late, deadLettered + 1);
  }

  UsageCounts toCounts(CountKey key, int partition) {
    return new UsageCounts(
        key.tenantId(), key.hour(), partition, read, aggregated, duplicate, late, deadLettered);
  }
}
