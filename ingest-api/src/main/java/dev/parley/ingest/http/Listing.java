package dev.parley.ingest.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.storage.InvalidCursorException;
import dev.parley.storage.Page;
import java.util.function.Function;
import java.util.function.Supplier;

/** The one way that a page of a listing is asked for and shown. */
public final class Listing {

  private Listing() {}

  /**
   * The body {@code {"<name>":{"items":[...],"nextCursor"?,"previousCursor"?}}}.
   *
   * @throws ApiException {@link ErrorCode#INVALID_CURSOR} when the store does not know the cursor
   */
  public static <T> ObjectNode body(
      String name, Supplier<Page<T>> store, Function<? super T, ObjectNode> view) {
    Page<T> page;
    try {
      page = store.get();
    } catch (InvalidCursorException e) {
      throw ApiException.at(
          ErrorCode.INVALID_CURSOR, "cursor", "cursor is not one of this listing's");
    }
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ObjectNode listing = body.putObject(name);
    ArrayNode items = listing.putArray("items");
    page.items().forEach(item -> items.add(view.apply(item)));
    if (page.nextCursor() != null) {
      listing.put("nextCursor", page.nextCursor());
    }
    if (page.previousCursor() != null) {
      listing.put("previousCursor", page.previousCursor());
    }
    return body;
  }
}
