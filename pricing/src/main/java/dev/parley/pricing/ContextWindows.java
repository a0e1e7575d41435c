package dev.parley.pricing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The context windows of models, each with its source and date. Immutable. */
public final class ContextWindows {

  private static final String BUNDLED = "windows.json";

  private final String version;
  private final List<ContextWindow> windows;
  private final @Nullable ContextWindows others;
  private final Map<String, ContextWindow> byName = new HashMap<>();
  private final Map<String, ContextWindow> byBegin = new HashMap<>();

  /**
   * @param others for models that none of the windows is for; null for none
   */
  ContextWindows(String version, List<ContextWindow> windows, @Nullable ContextWindows others) {
    this.version = version;
    this.windows = List.copyOf(windows);
    this.others = others;
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
  public static ContextWindows bundled() {
    return Bundled.WINDOWS;
  }

  /** Read once, by who asks first. */
  private static final class Bundled {
    private static final ContextWindows WINDOWS = read();
  }

  private static ContextWindows read() {
    try (InputStream in = ContextWindows.class.getResourceAsStream(BUNDLED)) {
      if (in == null) {
        throw new IOException("they are missing in this build");
      }
      return ContextWindowsReader.read(in.readAllBytes(), null);
    } catch (IOException e) {
      throw new UncheckedIOException("the context windows of this release cannot be read", e);
    }
  }

  /**
   * Those of a deployment, before those that come with this release: they hold for the models that
   * the file does not name.
   *
   * @throws IOException saying what is wrong with the file
   */
  public static ContextWindows of(Path file) throws IOException {
    byte[] json;
    try {
      json = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IOException("the file cannot be read", e);
    }
    return ContextWindowsReader.read(json, bundled());
  }

  public String version() {
    return version;
  }

  /** In the order in which they are looked at. */
  public List<ContextWindow> all() {
    return others == null
        ? windows
        : Stream.concat(windows.stream(), others.windows.stream()).toList();
  }

  /** Those that have not been compared with their source since a day. */
  public List<ContextWindow> checkedBefore(LocalDate day) {
    return all().stream().filter(window -> window.checked().isBefore(day)).toList();
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
    for (int end = model.length(); window == null && end >= 0; end--) {
      window = byBegin.get(model.substring(0, end));
    }
    if (window == null) {
      return others == null ? null : others.tokensOf(model);
    }
    return window.tokens();
  }
}
