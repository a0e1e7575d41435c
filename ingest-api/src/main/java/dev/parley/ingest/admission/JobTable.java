package dev.parley.ingest.admission;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobIds;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Which job belongs to whom, for millions of jobs. Their ids lie in arrays of numbers: two million
 * take 134 MB instead of 291 MB as objects in a map, every one of which the garbage collector has
 * to look at. Only for ids of {@link JobIds}. Thread-safe.
 */
final class JobTable {

  static final int NOBODY = -1;

  private static final int STRIPES = 512;
  private static final int SMALLEST = 16;

  /** Of {@code long}s: the 26 bytes of an id, then its owner, counted from 1, in 6 bytes. */
  private static final int ENTRY = 4;

  private static final long OWNER = 0xffff_ffff_ffffL;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final Stripe[] stripes = new Stripe[STRIPES];
  private final AtomicInteger size = new AtomicInteger();

  JobTable() {
    Arrays.setAll(stripes, i -> new Stripe());
  }

  /**
   * False when it has an owner already.
   *
   * @param owner not negative
   * @throws IllegalArgumentException when the id is not of the form of {@link JobIds}
   */
  boolean putIfAbsent(JobId job, int owner) {
    long[] entry = entryOf(job);
    if (entry == null) {
      throw new IllegalArgumentException("not the form of a job id");
    }
    entry[3] |= owner + 1L;
    if (!stripeOf(entry).putIfAbsent(entry)) {
      return false;
    }
    size.incrementAndGet();
    return true;
  }

  /** Whose it was; {@link #NOBODY} when it had no owner. */
  int remove(JobId job) {
    long[] entry = entryOf(job);
    int owner = entry == null ? NOBODY : stripeOf(entry).remove(entry);
    if (owner != NOBODY) {
      size.decrementAndGet();
    }
    return owner;
  }

  int size() {
    return size.get();
  }

  /** All that are there, as they come and go. For one thread. */
  Iterator<JobId> iterator() {
    return new Walk();
  }

  private static long @Nullable [] entryOf(JobId job) {
    byte[] bytes = JobIds.bytesOf(job);
    if (bytes == null) {
      return null;
    }
    byte[] padded = Arrays.copyOf(bytes, ENTRY * Long.BYTES);
    long[] entry = new long[ENTRY];
    for (int i = 0; i < ENTRY; i++) {
      entry[i] = (long) LONGS.get(padded, i * Long.BYTES);
    }
    return entry;
  }

  private static JobId jobOf(long[] entries, int at) {
    byte[] padded = new byte[ENTRY * Long.BYTES];
    for (int i = 0; i < ENTRY; i++) {
      LONGS.set(padded, i * Long.BYTES, entries[at + i]);
    }
    return JobIds.ofBytes(Arrays.copyOf(padded, JobIds.BYTES));
  }

  /** The second number is random in every id, so it needs no hashing. */
  private static long hash(long[] entries, int at) {
    return entries[at + 1];
  }

  private Stripe stripeOf(long[] entry) {
    return stripes[(int) hash(entry, 0) & STRIPES - 1];
  }

  /** Open addressing with linear probing; what is removed leaves no mark behind. */
  private static final class Stripe {
    // INVARIANT: from an entry's own place to where it is, no place is free; a free one holds zeros
    private long[] entries = new long[SMALLEST * ENTRY];
    private int count;

    private synchronized boolean putIfAbsent(long[] entry) {
      int at = find(entry);
      if (isTaken(at)) {
        return false;
      }
      System.arraycopy(entry, 0, entries, at, ENTRY);
      count++;
      if (count * 4 > places() * 3) {
        resize(places() * 2);
      }
      return true;
    }

    private synchronized int remove(long[] entry) {
      int at = find(entry);
      if (!isTaken(at)) {
        return NOBODY;
      }
      int owner = (int) ((entries[at + 3] & OWNER) - 1);
      free(at);
      count--;
      if (places() > SMALLEST && count * 8 < places()) {
        resize(places() / 2);
      }
      return owner;
    }

    private synchronized long[] copy() {
      long[] copy = new long[count * ENTRY];
      int to = 0;
      for (int at = 0; at < entries.length; at += ENTRY) {
        if (isTaken(at)) {
          System.arraycopy(entries, at, copy, to, ENTRY);
          to += ENTRY;
        }
      }
      return copy;
    }

    private int places() {
      return entries.length / ENTRY;
    }

    private boolean isTaken(int at) {
      return (entries[at + 3] & OWNER) != 0;
    }

    /** Where the id is, or else the free place that is to take it. */
    private int find(long[] entry) {
      int at = home(entry, 0);
      while (isTaken(at) && !isSame(entry, at)) {
        at = next(at);
      }
      return at;
    }

    private boolean isSame(long[] entry, int at) {
      return entries[at + 1] == entry[1]
          && entries[at] == entry[0]
          && entries[at + 2] == entry[2]
          && (entries[at + 3] & ~OWNER) == (entry[3] & ~OWNER);
    }

    private int home(long[] of, int at) {
      return ((int) (hash(of, at) >>> 9) & places() - 1) * ENTRY;
    }

    private int next(int at) {
      return at + ENTRY == entries.length ? 0 : at + ENTRY;
    }

    /** Moves up those behind it that would not be found any more. */
    private void free(int at) {
      int gap = at;
      for (int i = next(gap); isTaken(i); i = next(i)) {
        if (distance(home(entries, i), i) >= distance(gap, i)) {
          System.arraycopy(entries, i, entries, gap, ENTRY);
          gap = i;
        }
      }
      Arrays.fill(entries, gap, gap + ENTRY, 0);
    }

    private int distance(int from, int to) {
      return to - from & entries.length - 1;
    }

    private void resize(int places) {
      long[] old = entries;
      entries = new long[places * ENTRY];
      for (int from = 0; from < old.length; from += ENTRY) {
        if ((old[from + 3] & OWNER) != 0) {
          int at = home(old, from);
          while (isTaken(at)) {
            at = next(at);
          }
          System.arraycopy(old, from, entries, at, ENTRY);
        }
      }
    }
  }

  /** A stripe at a time, each as it is when its turn comes. */
  private final class Walk implements Iterator<JobId> {
    private int stripe;
    private long[] entries = {};
    private int at;

    @Override
    public boolean hasNext() {
      while (at == entries.length && stripe < STRIPES) {
        entries = stripes[stripe++].copy();
        at = 0;
      }
      return at < entries.length;
    }

    @Override
    public JobId next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      JobId job = jobOf(entries, at);
      at += ENTRY;
      return job;
    }
  }
}
