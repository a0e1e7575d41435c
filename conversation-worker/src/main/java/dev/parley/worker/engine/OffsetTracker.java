package dev.parley.worker.engine;

/**
 * Finds the offset up to which everything of one partition is done, while records end in any order.
 *
 * <p>Records are tracked in the order of their offsets, which need not be consecutive: compaction
 * and aborted transactions leave gaps. A ring of bits, one for each offset, grows to the longest
 * span that was ever open: a million records cost 128 KiB, and nothing is allocated per record.
 *
 * <p>Not safe for use by several threads: guarded by the dispatcher's lock.
 */
final class OffsetTracker {

  /** The watermark of a partition of which nothing is known yet. */
  static final long UNKNOWN = -1;

  private static final int WORD = Long.SIZE;

  /** Longer spans than any bound allows come of a hole in the log, and are not worth the memory. */
  private static final long LONGEST = 1L << 30;

  // INVARIANT: a bit is set for each tracked offset that is not done, and for no other; all of them
  // are from head (the first, or end when there is none) to end (behind the last that was tracked).
  private long[] open = new long[16];
  private long head;
  private long end;
  private long next = UNKNOWN;

  /**
   * Takes a record in.
   *
   * @throws IllegalStateException when the log went back, or has a hole beyond measure
   */
  void track(long offset) {
    if (offset < next) {
      throw new IllegalStateException("offset " + offset + " came after " + (next - 1));
    }
    if (head == end) {
      head = offset;
      end = offset;
    }
    makeRoomTo(offset);
    open[word(offset)] |= bit(offset);
    end = offset + 1;
    next = end;
  }

  /** Nothing will come below this offset, even where no record ends right before it. */
  void advanceTo(long offset) {
    next = Math.max(next, offset);
  }

  void complete(long offset) {
    if (!isOpen(offset)) {
      throw new IllegalStateException("completed twice or never tracked: " + offset);
    }
    open[word(offset)] &= ~bit(offset);
    if (offset == head) {
      head = firstOpenAfter(offset);
    }
  }

  private boolean isOpen(long offset) {
    return offset >= head && offset < end && (open[word(offset)] & bit(offset)) != 0;
  }

  /**
   * INVARIANT: every record below the watermark is done; the one at it is not, or not there yet.
   */
  long watermark() {
    return head == end ? next : head;
  }

  /** How many offsets there are from the first that is not done to the last. */
  long span() {
    return next - watermark();
  }

  private long firstOpenAfter(long offset) {
    long candidate = offset + 1;
    while (candidate < end) {
      long rest = open[word(candidate)] >>> candidate;
      if (rest != 0) {
        return candidate + Long.numberOfTrailingZeros(rest);
      }
      candidate = (candidate | (WORD - 1)) + 1;
    }
    return end;
  }

  private void makeRoomTo(long offset) {
    long words = offset / WORD - head / WORD + 1;
    if (words <= open.length) {
      return;
    }
    if (words > LONGEST / WORD) {
      throw new IllegalStateException("offset " + offset + " is too far from " + head);
    }
    long[] old = open;
    open = new long[Math.toIntExact(Long.highestOneBit(words - 1) * 2)];
    for (long at = head; at < end; at = (at | (WORD - 1)) + 1) {
      open[word(at)] = old[(int) (at / WORD) & (old.length - 1)];
    }
  }

  private int word(long offset) {
    return (int) (offset / WORD) & (open.length - 1);
  }

  private static long bit(long offset) {
    return 1L << offset;
  }
}
