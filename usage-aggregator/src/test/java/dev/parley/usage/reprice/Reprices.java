package dev.parley.usage.reprice;

import dev.parley.pricing.PriceBook;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.config.Stores;

/** Repricing for tests of other packages. */
public final class Reprices {

  private Reprices() {}

  /** Applies a book to all there is. */
  public static long apply(Stores stores, PriceBook book) {
    String text = book.text();
    if (text != null) {
      stores.usage().recordPriceBook(book.version(), text);
    }
    return RepriceCommand.apply(
        stores.usage(),
        stores.corrections(),
        new UsageFilter(null, null, null, null, null, null, null),
        book);
  }
}
