package dev.parley.storage.paging;

import dev.parley.storage.InvalidCursorException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;

/**
 * Where a listing by time and id stands: the last row that was seen. Cursors tell rows, not counts,
 * so that rows which come or go meanwhile neither repeat nor hide others.
 */
public record Keyset(Instant time, String id) {

  /** What is listed, so that a cursor of one listing is refused by another. */
  public enum Listing {
    SESSIONS('s'),
    JOBS('j');

    private final char tag;

    Listing(char tag) {
      this.tag = tag;
    }
  }

  public String encode(Listing listing) {
    String text = listing.tag + "1:" + time.toEpochMilli() + ":" + id;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @throws InvalidCursorException when it is not a cursor of this listing
   */
  public static Keyset decode(Listing listing, String cursor) {
    String text;
    try {
      text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new InvalidCursorException();
    }
    String prefix = listing.tag + "1:";
    int colon = text.indexOf(':', prefix.length());
    if (!text.startsWith(prefix) || colon < 0 || text.indexOf('\0') >= 0) {
      throw new InvalidCursorException();
    }
    try {
      long millis = Long.parseLong(text.substring(prefix.length(), colon));
      if (Math.abs(millis) > MAX_MILLIS) {
        throw new InvalidCursorException();
      }
      return new Keyset(Instant.ofEpochMilli(millis), text.substring(colon + 1));
    } catch (NumberFormatException e) {
      throw new InvalidCursorException();
    }
  }

  /** The year 9999: whatever is later was never stored. */
  private static final long MAX_MILLIS = 253_402_300_799_999L;
}
