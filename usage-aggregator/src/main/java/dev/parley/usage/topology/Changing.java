package dev.parley.usage.topology;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Values of which a busy one changes thousands of times a second while only its newest is of use:
 * they are written to their store once for each transaction, and published at intervals.
 *
 * <p>A transaction may be committed between the change and the publishing. Which values are still
 * to be published is therefore part of the state, and taken up again wherever the task goes on.
 *
 * @param <K> what a value is found by; equal keys have equal names
 */
final class Changing<K, V> {

  private static final byte[] MARK = {1};

  private final KeyValueStore<String, V> values;
  private final KeyValueStore<String, byte[]> unpublished;
  private final String prefix;
  private final Function<K, String> name;
  private final V none;
  private final Map<K, Entry<V>> changed = new LinkedHashMap<>();
  private int toPublish;

  /**
   * @param unpublished names of values that changed; shared with others
   * @param prefix marks the names that are ours, and none of the others'
   */
  Changing(
      KeyValueStore<String, V> values,
      KeyValueStore<String, byte[]> unpublished,
      String prefix,
      Function<K, String> name,
      V none) {
    this.values = values;
    this.unpublished = unpublished;
    this.prefix = prefix;
    this.name = name;
    this.none = none;
  }

  private static final class Entry<V> {
    final String name;
    V value;

    /** Whether the store holds something else than the value. */
    boolean unwritten;

    boolean unpublished;

    /** Whether the store says that it is not published. */
    boolean marked;

    Entry(String name, V value) {
      this.name = name;
      this.value = value;
    }

    boolean isAsStored() {
      return !unwritten && unpublished == marked;
    }
  }

  /** Takes up what an earlier owner has not published. */
  void takeUp(Function<String, K> parse) {
    changed.clear();
    toPublish = 0;
    try (KeyValueIterator<String, byte[]> left = unpublished.all()) {
      left.forEachRemaining(entry -> {
        if (entry.key.startsWith(prefix)) {
          String text = entry.key.substring(prefix.length());
          Entry<V> taken = new Entry<>(text, stored(text));
          taken.marked = true;
          taken.unpublished = true;
          changed.put(parse.apply(text), taken);
          toPublish++;
        }
      });
    }
  }

  /** Changes a value; {@link #write} has to be called before the transaction ends. */
  void change(K key, UnaryOperator<V> change) {
    Entry<V> entry = changed.get(key);
    if (entry == null) {
      String text = name.apply(key);
      entry = new Entry<>(text, stored(text));
      changed.put(key, entry);
    }
    entry.value = change.apply(entry.value);
    entry.unwritten = true;
    if (!entry.unpublished) {
      entry.unpublished = true;
      toPublish++;
    }
  }

  /** How many are to be published. */
  int size() {
    return toPublish;
  }

  /** Publishes what has changed; {@link #write} has to be called before the transaction ends. */
  void publish(BiConsumer<K, V> to) {
    publish(to, false);
  }

  /** Publishes what has changed and begins anew from nothing; else as {@link #publish}. */
  void handOver(BiConsumer<K, V> to) {
    publish(to, true);
  }

  private void publish(BiConsumer<K, V> to, boolean forget) {
    changed.forEach((key, entry) -> {
      if (entry.unpublished) {
        to.accept(key, entry.value);
        entry.unpublished = false;
        if (forget) {
          entry.value = none;
          entry.unwritten = true;
        }
      }
    });
    toPublish = 0;
  }

  /** Brings the stores to what holds now. */
  void write() {
    Iterator<Entry<V>> entries = changed.values().iterator();
    while (entries.hasNext()) {
      Entry<V> entry = entries.next();
      if (!entry.isAsStored()) {
        write(entry);
      }
      if (!entry.unpublished) {
        entries.remove();
      }
    }
  }

  private void write(Entry<V> entry) {
    if (entry.unwritten) {
      if (entry.value.equals(none)) {
        values.delete(entry.name);
      } else {
        values.put(entry.name, entry.value);
      }
      entry.unwritten = false;
    }
    if (entry.unpublished && !entry.marked) {
      unpublished.put(prefix + entry.name, MARK);
    } else if (entry.marked && !entry.unpublished) {
      unpublished.delete(prefix + entry.name);
    }
    entry.marked = entry.unpublished;
  }

  private V stored(String text) {
    V value = values.get(text);
    return value == null ? none : value;
  }
}
