package dev.parley.simulator.script;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts the calls of each key. Remembers the keys that were used last, within a limit, so that it
 * does not grow with the load. Safe for use by many threads.
 */
final class Attempts {

  private final Map<String, Integer> counts;

  Attempts(int limit) {
    counts =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
            return size() > limit;
          }
        };
  }

  /** Counts a call; the first call of a key is 1. */
  synchronized int next(String key) {
    return counts.merge(key, 1, Integer::sum);
  }
}
