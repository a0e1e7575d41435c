package dev.parley.worker.context;

import dev.parley.pricing.ContextWindows;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** How many tokens models take in and give out together, as far as that is known. */
public final class ModelWindows {

  private static final ContextWindows KNOWN = bundled();

  private ModelWindows() {}

  /** Null when it is not known. */
  public static @Nullable Long of(String model) {
    return KNOWN.tokensOf(model);
  }

  private static ContextWindows bundled() {
    try {
      return ContextWindows.bundled();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
