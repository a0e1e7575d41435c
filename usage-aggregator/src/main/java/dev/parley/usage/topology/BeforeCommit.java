package dev.parley.usage.topology;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * Calls back before a task's transaction ends, so that what changes with every record has to be
 * written to its store once for each transaction.
 *
 * <p>Streams tells nobody that a commit comes, except stores with a cache, which write down what
 * they hold back. So this is a store that keeps nothing, behind such a cache: what is put into it
 * comes out when the transaction ends, or sooner, should the cache be full.
 *
 * <p>What is written in the call goes with the transaction; nothing can be forwarded in it.
 */
final class BeforeCommit implements KeyValueBytesStoreSupplier {

  private static final byte[] KEY = {};
  private static final byte[] ANYTHING = {1};

  private final String name;
  private final Map<TaskId, Runnable> calls = new ConcurrentHashMap<>();

  BeforeCommit(String name) {
    this.name = name;
  }

  StoreBuilder<KeyValueStore<byte[], byte[]>> store() {
    return Stores.keyValueStoreBuilder(this, Serdes.ByteArray(), Serdes.ByteArray())
        .withCachingEnabled()
        .withLoggingDisabled();
  }

  /** Names who is called for a task; the one before is forgotten. */
  void register(TaskId task, Runnable call) {
    calls.put(task, call);
  }

  /** Asks for a call before the current transaction of the store's task ends. */
  static void request(KeyValueStore<byte[], byte[]> store) {
    store.put(KEY, ANYTHING);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public KeyValueStore<Bytes, byte[]> get() {
    return new Caller();
  }

  @Override
  public String metricsScope() {
    return "before-commit";
  }

  private final class Caller implements KeyValueStore<Bytes, byte[]> {
    private final Position position = Position.emptyPosition();
    private @Nullable TaskId task;
    private boolean open;

    @Override
    public String name() {
      return name;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
      task = context.taskId();
      context.register(root, (key, value) -> {});
      open = true;
    }

    @Override
    public void put(Bytes key, byte[] value) {
      requireNonNull(calls.get(requireNonNull(task))).run();
    }

    @Override
    public byte @Nullable [] putIfAbsent(Bytes key, byte[] value) {
      put(key, value);
      return null;
    }

    @Override
    public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
      entries.forEach(entry -> put(entry.key, entry.value));
    }

    @Override
    public byte @Nullable [] delete(Bytes key) {
      return null;
    }

    @Override
    public byte @Nullable [] get(Bytes key) {
      return null;
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
      throw new UnsupportedOperationException("nothing is kept");
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
      throw new UnsupportedOperationException("nothing is kept");
    }

    @Override
    public long approximateNumEntries() {
      return 0;
    }

    @Override
    public Position getPosition() {
      return position;
    }

    @Override
    public void close() {
      open = false;
    }

    @Override
    public boolean persistent() {
      return false;
    }

    @Override
    public boolean isOpen() {
      return open;
    }
  }
}
