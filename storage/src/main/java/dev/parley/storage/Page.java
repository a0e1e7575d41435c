package dev.parley.storage;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a listing. The cursors are opaque text of the store's own making, null where there is
 * nothing further.
 *
 * @param nextCursor where the listing goes on in the direction that was asked for
 * @param previousCursor where it goes back, in the other direction
 */
public record Page<T>(List<T> items, @Nullable String nextCursor, @Nullable String previousCursor) {
  public Page {
    items = List.copyOf(items);
  }
}
