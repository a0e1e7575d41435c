package dev.parley.worker.engine;

import java.util.Arrays;

/**
 * Finds the offset up to which everything of one partition is done, while records end in any order.
 *
 * <p>Records are tracked in the order of their offsets, which need not be consecutive: compaction
 * and aborted transactions leave gaps. A ring of offsets and a ring of bits grow to the longest
 * span that was ever open; nothing is allocated per record.
 *
 * <p>Not safe for use by several threads: guarded by the dispatcher's lock.
 */
final class OffsetTracker {

  /** The watermark of a partition of which nothing is known yet. */
  static final long UNKNOWN = -1;

  private static final int WORD = Long.SIZE;

  private long[] offsets = new long[WORD];
  private long[] done = new long[1];
  private long head;
  private long tail;
  private long next = UNKNOWN;

  /** Takes a record in; the ticket that is returned completes it. */
  long track(long offset) {
    if (offset < next) {
      throw new IllegalStateException("offset " + offset + " came after " + (next - 1));
    }
    if (tail - head == offsets.length) {
      grow();
    }
    long ticket = tail++;
    offsets[slot(ticket)] = offset;
    mark(ticket, false);
    next = offset + 1;
    return ticket;
  }

  /** Nothing will come below this offset, even where no record ends right before it. */
  void advanceTo(long offset) {
    next = Math.max(next, offset);
  }

  void complete(long ticket) {
    if (ticket < head || ticket >= tail || isDone(ticket)) {
      throw new IllegalStateException("completed twice or never tracked: " + ticket);
    }
    mark(ticket, true);
    while (head < tail && isDone(head)) {
      head++;
    }
  }

  /**
   * INVARIANT: every record below the watermark is done; the one at it is not, or not there yet.
   */
  long watermark() {
    return head == tail ? next : offsets[slot(head)];
  }

  /** How many records there are from the first that is not done to the last. */
  int span() {
    return (int) (tail - head);
  }

  private void grow() {
    // The slot of a ticket depends on the length, so that everything moves, one by one.
    long[] oldOffsets = offsets;
    long[] oldDone = done;
    int oldMask = oldOffsets.length - 1;
    offsets = Arrays.copyOf(oldOffsets, oldOffsets.length * 2);
    done = new long[oldDone.length * 2];
    for (long ticket = head; ticket < tail; ticket++) {
      int old = (int) (ticket & oldMask);
      offsets[slot(ticket)] = oldOffsets[old];
      mark(ticket, (oldDone[old / WORD] & (1L << old)) != 0);
    }
  }

  private int slot(long ticket) {
    return (int) (ticket & (offsets.length - 1));
  }

  private boolean isDone(long ticket) {
    int slot = slot(ticket);
    return (done[slot / WORD] & (1L << slot)) != 0;
  }

  private void mark(long ticket, boolean value) {
    int slot = slot(ticket);
    if (value) {
      done[slot / WORD] |= 1L << slot;
    } else {
      done[slot / WORD] &= ~(1L << slot);
    }
  }
}
