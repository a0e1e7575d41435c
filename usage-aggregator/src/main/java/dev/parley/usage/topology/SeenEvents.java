package dev.parley.usage.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Remembers event ids.
 *
 * <p>Time here is the partition's stream time over the records' log-append times, not the events'
 * own: copies are near each other in the log however old the event is, and an event that comes late
 * must be remembered as long as any other.
 *
 * <p>Ids are kept in buckets as wide as the window, and looked for in the current and the previous
 * one. What is new in a transaction is held here, and written when it ends, many ids at a time.
 *
 * <p>An id is kept as the first half of its SHA-256: of ten thousand million ids the chance that
 * any two are the same then is 10^-19.
 */
final class SeenEvents {

  /** Of 16 bytes each: as large as a batch of the producer is. */
  private static final int MAX_NEW = 4_096;

  private static final byte[] NOTHING = {};

  private final KeyValueStore<byte[], byte[]> store;
  private final KeyValueStore<byte[], byte[]> forever;
  private final long bucketMs;
  private final MessageDigest digest;
  private final Set<Id> added = new HashSet<>(2 * MAX_NEW);
  private long addedTo;

  private record Id(long high, long low) {

    @Override
    public int hashCode() {
      return (int) high;
    }

    byte[] in(long bucket) {
      return ByteBuffer.allocate(SeenStore.KEY_BYTES)
          .putLong(bucket)
          .putLong(high)
          .putLong(low)
          .array();
    }
  }

  /**
   * @param forever for ids that never expire
   */
  SeenEvents(
      KeyValueStore<byte[], byte[]> store, KeyValueStore<byte[], byte[]> forever, Duration window) {
    this.store = store;
    this.forever = forever;
    this.bucketMs = window.toMillis();
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static StoreBuilder<KeyValueStore<byte[], byte[]>> storeFor(String name, Duration window) {
    return Stores.keyValueStoreBuilder(
        SeenStore.supplier(name, window.toMillis()), Serdes.ByteArray(), Serdes.ByteArray());
  }

  static StoreBuilder<KeyValueStore<byte[], byte[]>> foreverStore(String name) {
    return Stores.keyValueStoreBuilder(
        Stores.persistentKeyValueStore(name), Serdes.ByteArray(), Serdes.ByteArray());
  }

  /** How long an id is kept at least: its own bucket and the next one. */
  static Duration kept(Duration window) {
    return window.multipliedBy(2);
  }

  /**
   * Whether the id was not there yet; it is from now on. {@link #write} has to be called before the
   * transaction ends.
   *
   * @param streamTime never behind an earlier call's, so that nothing is written that has expired
   */
  boolean add(String eventId, long streamTime) {
    long bucket = Math.floorDiv(streamTime, bucketMs) * bucketMs;
    if (bucket != addedTo || added.size() >= MAX_NEW) {
      write();
      addedTo = bucket;
    }
    Id id = idOf(eventId);
    if (added.contains(id)
        || store.get(id.in(bucket)) != null
        || store.get(id.in(bucket - bucketMs)) != null) {
      return false;
    }
    added.add(id);
    return true;
  }

  /**
   * As {@link #add}, for one of the few that are to be known however much later they come again.
   */
  boolean addForever(String eventId) {
    byte[] id = idOf(eventId).in(0);
    if (forever.get(id) != null) {
      return false;
    }
    forever.put(id, NOTHING);
    return true;
  }

  /** Writes what was added. */
  void write() {
    if (added.isEmpty()) {
      return;
    }
    ByteBuffer ids = ByteBuffer.allocate(added.size() * SeenStore.ID_BYTES);
    for (Id id : added) {
      ids.putLong(id.high).putLong(id.low);
    }
    // Each id is new, so that the first makes a key that no other batch has.
    ByteBuffer written = ids.flip();
    Id first = new Id(written.getLong(0), written.getLong(Long.BYTES));
    store.put(first.in(addedTo), ids.array());
    added.clear();
  }

  private Id idOf(String eventId) {
    ByteBuffer hash = ByteBuffer.wrap(digest.digest(eventId.getBytes(UTF_8)));
    return new Id(hash.getLong(), hash.getLong());
  }
}
