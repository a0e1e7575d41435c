package dev.parley.usage.topology;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.processor.BatchingStateRestoreCallback;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Ids of 16 bytes in buckets of time, of which the newest two are kept.
 *
 * <p>Ids are put many at a time, as one value: so the changelog has a record for each batch, and
 * not for each id, and it is taken apart where it is restored. They are looked for one at a time.
 * Keys are a bucket's begin in milliseconds, eight bytes, and an id: on {@link #put} any that makes
 * the key one of its own, on {@link #get} the one that is looked for.
 *
 * <p>As with the stores of Streams itself, what was written is safe when the store was closed;
 * after a crash Streams deletes it and restores it from the changelog.
 */
final class SeenStore implements KeyValueStore<Bytes, byte[]> {

  static final int ID_BYTES = 2 * Long.BYTES;
  static final int KEY_BYTES = Long.BYTES + ID_BYTES;

  private static final byte[] PRESENT = {1};
  private static final Pattern BUCKET = Pattern.compile("-?\\d{1,18}");

  private final String name;
  private final long bucketMs;
  private final TreeMap<Long, SeenBucket> buckets = new TreeMap<>();
  private @Nullable Path directory;
  private volatile boolean open;

  private SeenStore(String name, long bucketMs) {
    this.name = name;
    this.bucketMs = bucketMs;
  }

  static KeyValueBytesStoreSupplier supplier(String name, long bucketMs) {
    return new KeyValueBytesStoreSupplier() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public KeyValueStore<Bytes, byte[]> get() {
        return new SeenStore(name, bucketMs);
      }

      @Override
      public String metricsScope() {
        return "seen";
      }
    };
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    Path found = context.stateDir().toPath().resolve(name);
    directory = found;
    try {
      openAll(found);
    } catch (IOException e) {
      closeAll();
      throw new ProcessorStateException("cannot open the store " + name, e);
    } catch (ProcessorStateException e) {
      // What stays open nobody could open again in this process.
      closeAll();
      throw e;
    }
    open = true;
    context.register(root, (BatchingStateRestoreCallback) this::restore);
  }

  private void openAll(Path found) throws IOException {
    Files.createDirectories(found);
    try (Stream<Path> entries = Files.list(found)) {
      for (Path entry : entries.toList()) {
        String file = entry.getFileName().toString();
        if (SeenBucket.isGone(entry)) {
          SeenBucket.deleteAll(entry);
        } else if (BUCKET.matcher(file).matches()) {
          buckets.put(Long.valueOf(file), SeenBucket.open(entry));
        }
      }
    }
  }

  private void restore(Collection<KeyValue<byte[], byte[]>> records) {
    for (KeyValue<byte[], byte[]> record : records) {
      if (record.value != null) {
        add(ByteBuffer.wrap(record.key).getLong(), record.value);
      }
    }
  }

  @Override
  public void put(Bytes key, byte[] ids) {
    add(bucketOf(key), ids);
  }

  private void add(long bucket, byte[] ids) {
    if (!buckets.isEmpty() && bucket < buckets.lastKey() - bucketMs) {
      return;
    }
    SeenBucket into = buckets.get(bucket);
    if (into == null) {
      into = SeenBucket.open(requireNonNull(directory).resolve(Long.toString(bucket)));
      buckets.put(bucket, into);
      while (buckets.firstKey() < buckets.lastKey() - bucketMs) {
        buckets.pollFirstEntry().getValue().delete();
      }
    }
    into.add(ids);
  }

  @Override
  public byte @Nullable [] get(Bytes key) {
    SeenBucket bucket = buckets.get(bucketOf(key));
    if (bucket == null) {
      return null;
    }
    byte[] id = Arrays.copyOfRange(key.get(), Long.BYTES, KEY_BYTES);
    return bucket.contains(id) ? PRESENT : null;
  }

  private static long bucketOf(Bytes key) {
    return ByteBuffer.wrap(key.get()).getLong();
  }

  @Override
  public byte @Nullable [] putIfAbsent(Bytes key, byte[] ids) {
    throw new UnsupportedOperationException("ids are only added");
  }

  @Override
  public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
    entries.forEach(entry -> put(entry.key, entry.value));
  }

  @Override
  public byte @Nullable [] delete(Bytes key) {
    throw new UnsupportedOperationException("ids expire with their bucket");
  }

  @Override
  public KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
    throw new UnsupportedOperationException("ids are looked for one at a time");
  }

  @Override
  public KeyValueIterator<Bytes, byte[]> all() {
    throw new UnsupportedOperationException("ids are looked for one at a time");
  }

  @Override
  public long approximateNumEntries() {
    return buckets.values().stream().mapToLong(SeenBucket::approximateSize).sum();
  }

  @Override
  public Position getPosition() {
    return Position.emptyPosition();
  }

  @Override
  public void close() {
    open = false;
    ProcessorStateException failure = closeAll();
    if (failure != null) {
      throw failure;
    }
  }

  /** Closes every bucket, whatever becomes of the others. */
  private @Nullable ProcessorStateException closeAll() {
    ProcessorStateException failure = null;
    for (SeenBucket bucket : buckets.values()) {
      try {
        bucket.close();
      } catch (ProcessorStateException e) {
        failure = failure == null ? e : failure;
      }
    }
    buckets.clear();
    return failure;
  }

  @Override
  public boolean persistent() {
    return true;
  }

  @Override
  public boolean isOpen() {
    return open;
  }
}
