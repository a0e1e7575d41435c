package dev.parley.worker.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which tenants have records in a partition that were polled and let go, to be read again. Of each
 * tenant that is one stretch of offsets, whatever its length: once a record of a tenant was let go,
 * all that come after it are too, until the last of them was read again.
 *
 * <p>INVARIANT: what is taken of a tenant is the first that it has in its stretch, so that the
 * order in a lane is that of the partition.
 *
 * <p>Not safe for use by several threads: guarded by the dispatcher's lock.
 */
final class Deferrals {

  /** There is nothing that should be read. */
  static final long NOTHING = -1;

  private static final class Stretch {
    /** Nothing of the tenant is left below this offset. */
    long next;

    long last;
    long records;

    /** A record of it was read and not taken, so that it has to be read from there again. */
    boolean passedOver;
  }

  private final Map<String, Stretch> stretches = new HashMap<>();

  boolean isEmpty() {
    return stretches.isEmpty();
  }

  boolean contains(String tenant) {
    return stretches.containsKey(tenant);
  }

  long records() {
    return stretches.values().stream().mapToLong(stretch -> stretch.records).sum();
  }

  void add(String tenant, long offset) {
    Stretch stretch = stretches.get(tenant);
    if (stretch == null) {
      stretch = new Stretch();
      stretch.next = offset;
      stretches.put(tenant, stretch);
    }
    stretch.last = offset;
    stretch.records++;
  }

  /**
   * Takes a record that was read again, if it is the tenant's next one and there is room for it.
   *
   * @param from where the batch begins that holds the record
   */
  boolean take(String tenant, long offset, long from, Predicate<String> room) {
    @Nullable Stretch stretch = stretches.get(tenant);
    if (stretch == null
        || stretch.passedOver
        || stretch.next < from
        || offset < stretch.next
        || offset > stretch.last) {
      return false;
    }
    if (!room.test(tenant)) {
      stretch.next = offset;
      stretch.passedOver = true;
      return false;
    }
    stretch.next = offset + 1;
    stretch.records--;
    if (stretch.records == 0) {
      stretches.remove(tenant);
    }
    return true;
  }

  /**
   * All of a batch was seen.
   *
   * @param to behind the batch's last offset
   * @throws IllegalStateException when records are gone that have not been taken
   */
  void seen(long from, long to) {
    for (Stretch stretch : stretches.values()) {
      if (!stretch.passedOver && stretch.next >= from && stretch.next < to) {
        stretch.next = to;
      }
      stretch.passedOver = false;
      if (stretch.next > stretch.last) {
        throw new IllegalStateException(stretch.records + " deferred records are gone from Kafka");
      }
    }
  }

  /** The first offset that has to be read for those tenants; {@link #NOTHING} for none. */
  long firstOf(Predicate<String> tenants) {
    long first = NOTHING;
    for (Map.Entry<String, Stretch> entry : stretches.entrySet()) {
      long next = entry.getValue().next;
      if ((first == NOTHING || next < first) && tenants.test(entry.getKey())) {
        first = next;
      }
    }
    return first;
  }

  /** Whether reading on from there brings something for those tenants. */
  boolean continuesAt(long position, Predicate<String> tenants) {
    return stretches.entrySet().stream()
        .anyMatch(e -> e.getValue().next >= position && tenants.test(e.getKey()));
  }
}
