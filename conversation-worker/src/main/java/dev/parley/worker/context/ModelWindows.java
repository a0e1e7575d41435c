package dev.parley.worker.context;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens models take in and give out together, as far as that is known: the smallest that
 * the providers' public documentation told in 2025 for the models whose names begin so. Those of
 * gpt-3.5, gpt-4, gpt-4-turbo, gpt-4o, o1 and claude up to 4.0 agree with what
 * github.com/pydantic/genai-prices collected by June 2025; the others have not been compared with a
 * second source.
 */
public final class ModelWindows {

  private record Known(String prefix, long tokens) {}

  /** The first that fits counts. */
  private static final List<Known> KNOWN =
      List.of(
          new Known("gpt-3.5", 16_385),
          new Known("gpt-4.1", 1_047_576),
          new Known("gpt-4o", 128_000),
          new Known("gpt-4-turbo", 128_000),
          new Known("gpt-4", 8_192),
          new Known("gpt-5", 400_000),
          new Known("o1", 128_000),
          new Known("o3", 200_000),
          new Known("o4", 200_000),
          new Known("claude-", 200_000),
          new Known("gemini-1.5", 1_048_576),
          new Known("gemini-2", 1_048_576),
          new Known("gemini-3", 1_048_576));

  private ModelWindows() {}

  /** Null when it is not known. */
  public static @Nullable Long of(String model) {
    for (Known known : KNOWN) {
      if (model.startsWith(known.prefix())) {
        return known.tokens();
      }
    }
    return null;
  }
}
