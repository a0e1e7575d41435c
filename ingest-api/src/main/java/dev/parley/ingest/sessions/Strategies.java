package dev.parley.ingest.sessions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.ingest.http.Fields;
import dev.parley.schemas.CompactionStrategy;
import org.jspecify.annotations.Nullable;

/** Reads what is to be done with messages for which there is no room. */
public final class Strategies {

  private Strategies() {}

  /** Null when the field is absent. */
  public static @Nullable CompactionStrategy find(Fields fields, String name) {
    JsonNode value = fields.find(name);
    if (value == null) {
      return null;
    }
    return CompactionStrategy.ofWireName(value.isTextual() ? value.textValue() : "")
        .orElseThrow(() -> fields.invalid(name, "must be sliding-window or summarise"));
  }
}
