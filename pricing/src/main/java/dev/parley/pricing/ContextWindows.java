package dev.parley.pricing;

import dev.parley.schemas.Json;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The context windows of models, each with its source and date. Immutable. */
public final class ContextWindows {

  private static final String BUNDLED = "windows.json";

  private final String version;
  private final List<ContextWindow> windows;
  private final Map<String, ContextWindow> byName = new HashMap<>();
  private final Map<String, ContextWindow> byBegin = new HashMap<>();

  ContextWindows(String version, List<ContextWindow> windows) {
    this.version = version;
    this.windows = List.copyOf(windows);
    for (ContextWindow window : windows) {
      for (String model : window.models()) {
        boolean family = model.endsWith("*");
        String name = family ? model.substring(0, model.length() - 1) : model;
        if ((family ? byBegin : byName).put(name, window) != null) {
          throw new IllegalArgumentException("a model's window stands twice: " + model);
        }
      }
    }
  }

  /** Those that come with this release. */
  public static ContextWindows bundled() throws IOException {
    try (InputStream in = ContextWindows.class.getResourceAsStream(BUNDLED)) {
      if (in == null) {
        throw new IOException("the context windows are missing in this build");
      }
      return read(in.readAllBytes());
    }
  }

  static ContextWindows read(byte[] json) throws IOException {
    Book book = Json.mapper().readValue(json, Book.class);
    try {
      return new ContextWindows(
          book.version(), book.windows().stream().map(ContextWindows::window).toList());
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IOException("the context windows are not valid: " + e.getMessage(), e);
    }
  }

  private static ContextWindow window(Entry entry) {
    return new ContextWindow(
        entry.models(), entry.tokens(), entry.source(), LocalDate.parse(entry.checked()));
  }

  public String version() {
    return version;
  }

  public List<ContextWindow> all() {
    return windows;
  }

  /** Those that have not been compared with their source since a day. */
  public List<ContextWindow> checkedBefore(LocalDate day) {
    return windows.stream().filter(window -> window.checked().isBefore(day)).toList();
  }

  /**
   * The window of a model: by its name, by that of the model that it is a snapshot of, else by the
   * longest begin; null when it is not known.
   */
  public @Nullable Long tokensOf(String model) {
    ContextWindow window = byName.get(model);
    if (window == null) {
      String named = Snapshots.modelOf(model);
      window = named == null ? null : byName.get(named);
    }
    for (int end = model.length(); window == null && end > 0; end--) {
      window = byBegin.get(model.substring(0, end));
    }
    return window == null ? null : window.tokens();
  }

  private record Book(String version, List<Entry> windows) {}

  private record Entry(List<String> models, long tokens, String source, String checked) {}
}
