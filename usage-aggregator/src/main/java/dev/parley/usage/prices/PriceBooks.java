package dev.parley.usage.prices;

import dev.parley.pricing.PriceBook;
import dev.parley.storage.UsageStore;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The price books that calls were priced with, read once each. For one thread. */
public final class PriceBooks {

  private final UsageStore store;
  private final Map<String, PriceBook> known = new HashMap<>();

  public PriceBooks(UsageStore store) {
    this.store = store;
  }

  /**
   * @return null when it was not kept
   * @throws IllegalStateException when what was kept is no price book
   */
  public @Nullable PriceBook find(@Nullable String version) {
    if (version == null) {
      return null;
    }
    PriceBook book = known.get(version);
    if (book == null) {
      book = read(version);
      // One that is missing may be kept later, by the worker that uses it.
      if (book != null) {
        known.put(version, book);
      }
    }
    return book;
  }

  private @Nullable PriceBook read(String version) {
    String text = store.priceBook(version);
    try {
      return text == null ? null : PriceBook.parse(text);
    } catch (IOException e) {
      throw new IllegalStateException("the price book " + version + " cannot be read", e);
    }
  }
}
