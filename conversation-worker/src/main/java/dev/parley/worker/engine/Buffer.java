package dev.parley.worker.engine;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The room for records, and who has how much of it. No tenant holds more than is free: one alone
 * has half of the room at most, two have a third each, and whoever comes next finds some.
 *
 * <p>Not safe for use by several threads: guarded by the dispatcher's lock.
 */
final class Buffer {

  private static final class Share {
    int records;
    long bytes;
  }

  private final int maxRecords;
  private final long maxBytes;
  private final Map<String, Share> shares = new HashMap<>();
  private int records;
  private long bytes;

  Buffer(int maxRecords, long maxBytes) {
    this.maxRecords = maxRecords;
    this.maxBytes = maxBytes;
  }

  /** Whether the next record of the tenant would be its only one, among those of others. */
  boolean comesAnew(String tenant) {
    return records > 0 && !shares.containsKey(tenant);
  }

  /** Whether the tenant may hold one record more; the first one only needs any room at all. */
  boolean hasRoom(String tenant) {
    Share share = shares.get(tenant);
    return records < maxRecords
        && (share == null
            || (share.records < maxRecords - records && share.bytes < maxBytes - bytes));
  }

  /** Whether the tenant holds less than half of what it may, so that fetching more is worth it. */
  boolean isLow(String tenant) {
    Share share = shares.get(tenant);
    return hasRoom(tenant)
        && (share == null
            || (3L * share.records < maxRecords - records && 3 * share.bytes < maxBytes - bytes));
  }

  void add(String tenant, long size) {
    Share share = shares.computeIfAbsent(tenant, name -> new Share());
    share.records++;
    share.bytes += size;
    records++;
    bytes += size;
  }

  void remove(String tenant, long size) {
    @Nullable Share share = shares.get(tenant);
    if (share == null) {
      throw new IllegalStateException("nothing held of " + tenant);
    }
    share.records--;
    share.bytes -= size;
    records--;
    bytes -= size;
    if (share.records == 0) {
      shares.remove(tenant);
    }
  }

  int records() {
    return records;
  }

  long bytes() {
    return bytes;
  }

  /** For tests: throws when the books do not add up. */
  void checkInvariants() {
    int ofAll = shares.values().stream().mapToInt(share -> share.records).sum();
    if (ofAll != records) {
      throw new IllegalStateException("held: " + ofAll + " by tenant, " + records + " in all");
    }
  }
}
