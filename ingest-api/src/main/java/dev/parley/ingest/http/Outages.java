package dev.parley.ingest.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Tells which refusals are worth a warning: the first of an outage. An outage is over when nothing
 * was refused for its cause for a while. Thread-safe.
 */
final class Outages {

  private static final long OVER_AFTER_NANOS = Duration.ofSeconds(30).toNanos();

  /** Causes are few; this many would mean that their texts differ by request. */
  private static final int MOST_CAUSES = 100;

  private final Map<String, Long> lastSeen = new ConcurrentHashMap<>();
  private final LongSupplier nanoTime;

  Outages(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Notes a refusal and tells whether it is the first of its outage. */
  boolean begins(String cause) {
    long now = nanoTime.getAsLong();
    Long before = lastSeen.put(cause, now);
    if (lastSeen.size() > MOST_CAUSES) {
      lastSeen.clear();
    }
    return before == null || now - before >= OVER_AFTER_NANOS;
  }
}
