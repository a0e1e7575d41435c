package dev.parley.simulator.wire;

import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Puts server-sent events together. Used by one thread. */
final class Sse {

  private final ByteArrayBuilder bytes = new ByteArrayBuilder(512);
  private final String newline;

  Sse() {
    this("\n");
  }

  Sse(String newline) {
    this.newline = newline;
  }

  /** An event without a name. */
  Sse data(JsonText.Content fields) {
    return event(null, fields);
  }

  /** An event with a name. */
  Sse event(@Nullable String name, JsonText.Content fields) {
    if (name != null) {
      raw("event: ").raw(name).raw(newline);
    }
    raw("data: ");
    JsonText.write(bytes, fields);
    return raw(newline).raw(newline);
  }

  /** Events that are ready. */
  Sse bytes(byte[] events) {
    bytes.write(events);
    return this;
  }

  Sse raw(String text) {
    bytes.write(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }
}
