package dev.parley.storage.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.parley.schemas.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * JSON as the stores keep it: text that survives UTF-8.
 *
 * <p>Java strings can hold halves of surrogate pairs, which UTF-8 cannot; a model's output or a
 * client's JSON may well bring some. They are written as escapes, so that they come back as they
 * were.
 */
public final class StoredJson {

  /**
   * What was accepted at the wire's depth is stored inside of other values; reading must not fail
   * for the levels that this adds.
   */
  private static final int DEPTH = 4 * Json.MAX_DEPTH;

  private static final JsonFactory FACTORY =
      Json.mapper()
          .getFactory()
          .rebuild()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build()
          .setCodec(Json.mapper());

  private StoredJson() {}

  /** The JSON text of {@code value}, all ASCII where UTF-8 could not carry it. */
  public static String write(Object value) {
    try {
      return escapeLoneSurrogates(Json.mapper().writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "a value of type " + value.getClass().getSimpleName() + " cannot be written as JSON", e);
    }
  }

  public static @Nullable String writeNullable(@Nullable Object value) {
    return value == null ? null : write(value);
  }

  /**
   * @throws IllegalStateException when the text was not written by {@link #write} for this type
   */
  public static <T> T read(String json, Class<T> type) {
    try (JsonParser parser = FACTORY.createParser(json)) {
      return Json.mapper().readValue(parser, type);
    } catch (IOException e) {
      // the parser's own message may quote a user's text
      throw new IllegalStateException(
          "stored JSON cannot be read as %s: %s"
              .formatted(type.getSimpleName(), e.getClass().getSimpleName()));
    }
  }

  public static <T> @Nullable T readNullable(@Nullable String json, Class<T> type) {
    return json == null ? null : read(json, type);
  }

  private static String escapeLoneSurrogates(String json) {
    int lone = nextLoneSurrogate(json, 0);
    if (lone < 0) {
      return json;
    }
    StringBuilder escaped = new StringBuilder(json.length() + 16);
    int from = 0;
    while (lone >= 0) {
      escaped.append(json, from, lone);
      escaped.append("\\u").append(Integer.toHexString(json.charAt(lone)));
      from = lone + 1;
      lone = nextLoneSurrogate(json, from);
    }
    return escaped.append(json, from, json.length()).toString();
  }

  /** The index of the first half of a surrogate pair that has no other half, or -1. */
  public static int nextLoneSurrogate(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }
}
