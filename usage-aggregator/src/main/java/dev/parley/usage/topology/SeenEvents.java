package dev.parley.usage.topology;

import java.time.Duration;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowStore;

/**
 * Remembers event ids.
 *
 * <p>Time here is the partition's stream time over the records' log-append times, not the events'
 * own: copies are near each other in the log however old the event is, and an event that comes late
 * must be remembered as long as any other. By event time it would fall out of the store's retention
 * as it is written.
 *
 * <p>Ids are kept in buckets as wide as the window, and looked for in the current and the previous
 * one: two point reads that the stores' bloom filters answer, where a range read would open
 * iterators on every segment for each event.
 */
final class SeenEvents {

  private static final byte[] SEEN = {1};

  private final WindowStore<String, byte[]> store;
  private final long bucketMs;

  SeenEvents(WindowStore<String, byte[]> store, Duration window) {
    this.store = store;
    this.bucketMs = window.toMillis();
  }

  static WindowBytesStoreSupplier storeFor(String name, Duration window) {
    return Stores.persistentWindowStore(name, kept(window), window, false);
  }

  /** How long an id is kept at least: its own bucket and the next one. */
  static Duration kept(Duration window) {
    return window.multipliedBy(2);
  }

  /**
   * Whether the id was not there yet; it is from now on.
   *
   * @param streamTime never behind an earlier call's, so that nothing is written that has expired
   */
  boolean add(String eventId, long streamTime) {
    long bucket = Math.floorDiv(streamTime, bucketMs) * bucketMs;
    if (store.fetch(eventId, bucket) != null || store.fetch(eventId, bucket - bucketMs) != null) {
      return false;
    }
    store.put(eventId, SEEN, bucket);
    return true;
  }
}
