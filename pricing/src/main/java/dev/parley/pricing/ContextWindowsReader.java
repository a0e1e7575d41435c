package dev.parley.pricing;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.parley.schemas.Json;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads context windows from JSON; what is wrong is told with the place and the models' names. */
final class ContextWindowsReader {

  private ContextWindowsReader() {}

  /**
   * @param others for models that the text does not name
   */
  static ContextWindows read(byte[] json, @Nullable ContextWindows others) throws IOException {
    try {
      Book book = Json.mapper().readValue(json, Book.class);
      List<Entry> entries = required("windows", book.windows());
      List<ContextWindow> windows = new ArrayList<>();
      for (int i = 0; i < entries.size(); i++) {
        windows.add(window(i, entries.get(i)));
      }
      return new ContextWindows(required("version", book.version()), windows, others);
    } catch (JsonProcessingException e) {
      throw new IOException("not readable: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IOException("not valid: " + e.getMessage(), e);
    }
  }

  private static ContextWindow window(int index, @Nullable Entry entry) {
    String place = "windows[" + index + "]";
    if (entry == null) {
      throw new IllegalArgumentException(place + " is null");
    }
    if (entry.models() != null) {
      place += " (" + String.join(", ", entry.models()) + ")";
    }
    try {
      return new ContextWindow(
          required("models", entry.models()),
          required("tokens", entry.tokens()),
          required("source", entry.source()),
          day(required("checked", entry.checked())));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(place + ": " + e.getMessage(), e);
    }
  }

  private static LocalDate day(String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("checked must be a day as 2026-01-31", e);
    }
  }

  private static <T> T required(String name, @Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " is missing");
    }
    return value;
  }

  private record Book(@Nullable String version, @Nullable List<@Nullable Entry> windows) {}

  private record Entry(
      @Nullable List<String> models,
      @Nullable Long tokens,
      @Nullable String source,
      @Nullable String checked) {}
}
