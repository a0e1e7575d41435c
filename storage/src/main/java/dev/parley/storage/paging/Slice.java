package dev.parley.storage.paging;

import dev.parley.storage.Page;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes a page of rows that were read with one row more than the page holds. */
public final class Slice {

  private Slice() {}

  /**
   * @param rows in the order of reading: newest first when forward, oldest first when backward
   * @param afterCursor whether they were read from a cursor on; then there is something behind it
   */
  public static <T> Page<T> page(
      List<T> rows, int limit, boolean forward, boolean afterCursor, Function<T, String> cursorOf) {
    boolean more = rows.size() > limit;
    List<T> items = new ArrayList<>(more ? rows.subList(0, limit) : rows);
    if (!forward) {
      Collections.reverse(items);
    }
    if (items.isEmpty()) {
      return new Page<>(items, null, null);
    }
    T onward = forward ? items.getLast() : items.getFirst();
    T back = forward ? items.getFirst() : items.getLast();
    @Nullable String next = more ? cursorOf.apply(onward) : null;
    @Nullable String previous = afterCursor ? cursorOf.apply(back) : null;
    return new Page<>(items, next, previous);
  }
}
