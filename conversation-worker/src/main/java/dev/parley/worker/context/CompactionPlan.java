package dev.parley.worker.context;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a compaction takes out of a session.
 *
 * @param first the position of the first message that a compaction may take out
 * @param outlines of all messages from there on
 * @param keep the indexes of those that stay
 */
public record CompactionPlan(long first, List<Outline> outlines, BitSet keep) {

  /** The oldest go. */
  public static CompactionPlan sliding(long first, List<Outline> outlines, Window window) {
    return new CompactionPlan(first, outlines, window.keep(outlines));
  }

  /**
   * The oldest are replaced by a summary, which takes up earlier summaries.
   *
   * @param window with room left for the summary
   */
  public static CompactionPlan summarising(long first, List<Outline> outlines, Window window) {
    List<Outline> summaries = outlines.stream().map(Outline::unpinnedSummary).toList();
    return new CompactionPlan(first, outlines, window.keep(summaries));
  }

  public boolean isEmpty() {
    return keep.cardinality() == outlines.size();
  }

  /** The position of the first message that goes. */
  public long from() {
    return first + keep.nextClearBit(0);
  }

  /** The position behind the last message that goes. */
  public long to() {
    return first + keep.previousClearBit(outlines.size() - 1) + 1;
  }

  /** The positions between these that stay. */
  public List<Long> kept() {
    return IntStream.range((int) (from() - first), (int) (to() - first))
        .filter(keep::get)
        .mapToObj(i -> first + i)
        .toList();
  }

  public boolean goes(long position) {
    return position >= first
        && position - first < outlines.size()
        && !keep.get((int) (position - first));
  }

  /** How many messages go, those counted that earlier summaries stand for. */
  public long goneInAll() {
    return IntStream.range(0, outlines.size())
        .filter(i -> !keep.get(i))
        .mapToLong(i -> Math.max(1, outlines.get(i).summaryOf()))
        .sum();
  }
}
