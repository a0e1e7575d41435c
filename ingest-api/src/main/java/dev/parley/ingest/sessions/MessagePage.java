package dev.parley.ingest.sessions;

import org.jspecify.annotations.Nullable;

/**
 * Which messages a page holds. Forward, a cursor is the first position of the page; backward, it is
 * the position after its last one. The messages of a page are always oldest first.
 *
 * @param next where the listing goes on in the direction that was asked for; null at its end
 * @param previous where it goes back, in the other direction; null at its beginning
 */
record MessagePage(long from, int size, @Nullable String next, @Nullable String previous) {

  static MessagePage of(long count, @Nullable Long cursor, int limit, boolean backward) {
    return backward
        ? backward(count, cursor == null ? count : Math.min(cursor, count), limit)
        : forward(count, cursor == null ? 0 : Math.min(cursor, count), limit);
  }

  private static MessagePage forward(long count, long from, int limit) {
    long to = Math.min(count, from + limit);
    return new MessagePage(
        from,
        (int) (to - from),
        to < count ? Long.toString(to) : null,
        from > 0 ? Long.toString(from) : null);
  }

  private static MessagePage backward(long count, long to, int limit) {
    long from = Math.max(0, to - limit);
    return new MessagePage(
        from,
        (int) (to - from),
        from > 0 ? Long.toString(from) : null,
        to < count ? Long.toString(to) : null);
  }
}
