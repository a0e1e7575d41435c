package dev.parley.storage.json;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Times as the stores keep them: to the millisecond, what is finer cut off. */
public final class StoredTime {

  private StoredTime() {}

  public static Instant cut(Instant time) {
    return time.truncatedTo(ChronoUnit.MILLIS);
  }

  public static @Nullable Instant cutNullable(@Nullable Instant time) {
    return time == null ? null : cut(time);
  }
}
