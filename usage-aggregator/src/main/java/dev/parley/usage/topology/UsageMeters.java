package dev.parley.usage.topology;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * What became of the events that were read. Each is counted once in {@code
 * parley_usage_events_total}, by {@code result}; late ones are added to their cells like all
 * others. A transaction that is taken back leaves its counts, so these are for watching, and the
 * totals for settling.
 */
public final class UsageMeters {

  private static final String NAME = "parley.usage.events";

  private final MeterRegistry registry;
  private final Counter aggregated;
  private final Counter late;
  private final Counter duplicate;

  public UsageMeters(MeterRegistry registry) {
    this.registry = registry;
    this.aggregated = registry.counter(NAME, "result", "aggregated", "reason", "");
    this.late = registry.counter(NAME, "result", "late", "reason", "");
    this.duplicate = registry.counter(NAME, "result", "duplicate", "reason", "");
  }

  void aggregated() {
    aggregated.increment();
  }

  void late() {
    late.increment();
  }

  void duplicate() {
    duplicate.increment();
  }

  void deadLettered(String reason) {
    registry.counter(NAME, "result", "dead-lettered", "reason", reason).increment();
  }
}
