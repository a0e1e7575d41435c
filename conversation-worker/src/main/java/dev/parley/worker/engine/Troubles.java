package dev.parley.worker.engine;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is away at the moment, by the part that misses it. Safe for use by many threads. */
final class Troubles {

  /** A part of the engine that depends on something outside. */
  enum Part {
    CONNECTION,
    CONSUMER,
    COMMIT,
    ADMISSION,
    DEAD_LETTERS
  }

  private static final Logger log = LoggerFactory.getLogger(Troubles.class);

  private final Map<Part, String> causes = new ConcurrentSkipListMap<>();

  void raise(Part part, Throwable cause) {
    raise(part, cause.getClass().getSimpleName() + ": " + cause.getMessage());
  }

  void raise(Part part, String cause) {
    if (!cause.equals(causes.put(part, cause))) {
      log.atWarn()
          .setMessage("something is away, going on when it is back")
          .addKeyValue("part", part)
          .addKeyValue("cause", cause)
          .log();
    }
  }

  void clear(Part part) {
    if (!causes.isEmpty() && causes.remove(part) != null) {
      log.atInfo().setMessage("back again").addKeyValue("part", part).log();
    }
  }

  /** All causes in one line; null when there are none. */
  @Nullable String summary() {
    if (causes.isEmpty()) {
      return null;
    }
    return causes.entrySet().stream()
        .map(e -> e.getKey() + ": " + e.getValue())
        .collect(Collectors.joining("; "));
  }
}
