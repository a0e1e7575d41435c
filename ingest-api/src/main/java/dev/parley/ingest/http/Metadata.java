package dev.parley.ingest.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** The {@code metadata} that callers may hang on what they create: an object of bounded size. */
public final class Metadata {

  public static final int MAX_BYTES = 16 * 1024;

  private Metadata() {}

  public static @Nullable ObjectNode parse(Fields fields) {
    ObjectNode metadata = fields.object("metadata", ErrorCode.INVALID_METADATA);
    if (metadata != null && size(metadata) > MAX_BYTES) {
      throw ApiException.at(
          ErrorCode.INVALID_METADATA,
          fields.prefix() + "metadata",
          "metadata must not have more than " + MAX_BYTES + " bytes");
    }
    return metadata;
  }

  private static int size(ObjectNode metadata) {
    try {
      return Json.mapper().writeValueAsBytes(metadata).length;
    } catch (IOException e) {
      throw new UncheckedIOException("what was parsed can be written", e);
    }
  }
}
