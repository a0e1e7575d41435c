package dev.parley.storage;

/** The cursor was not made by this store for this kind of listing. */
public final class InvalidCursorException extends RuntimeException {
  public InvalidCursorException() {
    super("the cursor is not valid for this listing");
  }
}
