package dev.parley.storage;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a listing. The cursors are opaque text of the store's own making, null where there is
 * nothing further.
 */
public record Page<T>(List<T> items, @Nullable String nextCursor, @Nullable String previousCursor) {
  public Page {
    items = List.copyOf(items);
  }
}
