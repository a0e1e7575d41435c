package dev.parley.usage.topology;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Values of which a busy one changes thousands of times a second while only its newest is of use:
 * they are published at intervals.
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

    Entry(String name, V value) {
      this.name = name;
      this.value = value;
    }
  }

  /** Takes up what an earlier owner has not published. */
  void takeUp(Function<String, K> parse) {
    changed.clear();
    try (KeyValueIterator<String, byte[]> left = unpublished.all()) {
      left.forEachRemaining(entry -> {
        if (entry.key.startsWith(prefix)) {
          String text = entry.key.substring(prefix.length());
          changed.put(parse.apply(text), new Entry<>(text, stored(text)));
        }
      });
    }
  }

  void change(K key, UnaryOperator<V> change) {
    Entry<V> entry = entry(key);
    entry.value = change.apply(entry.value);
    values.put(entry.name, entry.value);
  }

  /** As {@link #change}, where another change of the same value follows at once. */
  void begin(K key, UnaryOperator<V> change) {
    Entry<V> entry = entry(key);
    entry.value = change.apply(entry.value);
  }

  private Entry<V> entry(K key) {
    Entry<V> entry = changed.get(key);
    if (entry == null) {
      String text = name.apply(key);
      unpublished.put(prefix + text, MARK);
      entry = new Entry<>(text, stored(text));
      changed.put(key, entry);
    }
    return entry;
  }

  /** How many are to be published. */
  int size() {
    return changed.size();
  }

  /** Publishes what has changed. */
  void publish(BiConsumer<K, V> to) {
    publish(to, false);
  }

  /** Publishes what has changed and begins anew from nothing. */
  void handOver(BiConsumer<K, V> to) {
    publish(to, true);
  }

  private void publish(BiConsumer<K, V> to, boolean forget) {
    changed.forEach((key, entry) -> {
      to.accept(key, entry.value);
      unpublished.delete(prefix + entry.name);
      if (forget) {
        values.delete(entry.name);
      }
    });
    changed.clear();
  }

  private V stored(String text) {
    V value = values.get(text);
    return value == null ? none : value;
  }
}
