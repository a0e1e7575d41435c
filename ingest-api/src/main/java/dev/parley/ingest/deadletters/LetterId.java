package dev.parley.ingest.deadletters;

import org.jspecify.annotations.Nullable;

/** Where a dead letter stands in its topic; written {@code partition-offset}. */
public record LetterId(int partition, long offset) implements Comparable<LetterId> {

  private static final int MAX_PARTITION_DIGITS = 6;
  private static final int MAX_OFFSET_DIGITS = 18;

  /** Null when the text is not an id. */
  public static @Nullable LetterId parse(String text) {
    int hyphen = text.indexOf('-');
    if (hyphen < 1 || hyphen > MAX_PARTITION_DIGITS) {
      return null;
    }
    String offset = text.substring(hyphen + 1);
    if (offset.isEmpty() || offset.length() > MAX_OFFSET_DIGITS) {
      return null;
    }
    if (!isDigits(text.substring(0, hyphen)) || !isDigits(offset)) {
      return null;
    }
    return new LetterId(Integer.parseInt(text.substring(0, hyphen)), Long.parseLong(offset));
  }

  private static boolean isDigits(String text) {
    return text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  @Override
  public int compareTo(LetterId other) {
    int byPartition = Integer.compare(partition, other.partition);
    return byPartition != 0 ? byPartition : Long.compare(offset, other.offset);
  }

  @Override
  public String toString() {
    return partition + "-" + offset;
  }
}
