package dev.parley.ingest.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.Json;
import dev.parley.schemas.PlainAscii;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads request bodies within bounds. */
public final class Bodies {

  /** A body that nobody has begun to read. */
  @FunctionalInterface
  interface Opening {
    InputStream open() throws IOException;
  }

  private static final String JSON = "application/json";

  /** Up to which a length is believed: more memory is taken only for what has come. */
  private static final int BELIEVED_BYTES = 16 * 1024;

  private Bodies() {}

  static ObjectNode readObject(HttpServletRequest request, Opening opening, int maxBytes)
      throws IOException {
    requireMediaType(request, JSON);
    return parse(read(request, opening, maxBytes));
  }

  static ObjectNode readOptionalObject(HttpServletRequest request, Opening opening, int maxBytes)
      throws IOException {
    byte[] body = read(request, opening, maxBytes);
    if (body.length == 0) {
      return JsonNodeFactory.instance.objectNode();
    }
    requireMediaType(request, JSON);
    return parse(body);
  }

  /**
   * Reads one JSON object.
   *
   * @throws ApiException {@code invalid_json} or {@code invalid_request}
   */
  public static ObjectNode parse(byte[] body) {
    return parse(body, 0, body.length);
  }

  /**
   * Reads one JSON object out of a part of the bytes.
   *
   * @throws ApiException {@code invalid_json} or {@code invalid_request}
   */
  public static ObjectNode parse(byte[] body, int from, int to) {
    // Nothing that is refused below can stand in such a one.
    ObjectNode flat = FlatJson.read(body, from, to);
    return flat == null ? parseAny(body, from, to) : flat;
  }

  private static ObjectNode parseAny(byte[] body, int from, int to) {
    if (!looksLikeUtf8(body, from, to)) {
      throw invalid("the body is not JSON in UTF-8");
    }
    JsonNode tree;
    try {
      tree = Json.mapper().readTree(body, from, to - from);
    } catch (StreamConstraintsException e) {
      throw invalid(
          "the body is nested deeper than "
              + Json.MAX_DEPTH
              + " levels or holds a number or name that is too long");
    } catch (JsonProcessingException e) {
      long at = e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
      throw invalid(at < 0 ? "the body is not valid JSON" : "not valid JSON near byte " + at);
    } catch (IOException e) {
      throw invalid("the body is not valid JSON");
    }
    if (tree == null || tree.isMissingNode()) {
      throw invalid("the body is empty; a JSON object is expected");
    }
    if (!(tree instanceof ObjectNode object)) {
      throw ApiException.of(ErrorCode.INVALID_REQUEST, "the body must be a JSON object");
    }
    boolean plain = PlainAscii.isWithoutEscapes(body, from, to);
    if (!plain && !Utf8.isValid(body, from, to)) {
      throw invalid("the body is not JSON in UTF-8");
    }
    JsonGuard.check(object, !plain);
    return object;
  }

  /** Refuses another media type, another charset than UTF-8, and compressed bodies. */
  public static void requireMediaType(HttpServletRequest request, String expected) {
    requireMediaType(
        request.getHeader("content-type"), request.getHeader("content-encoding"), expected);
  }

  public static void requireMediaType(
      @Nullable String contentType, @Nullable String contentEncoding, String expected) {
    if (!isMediaType(contentType, expected)) {
      throw ApiException.of(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE, "content-type must be " + expected + " in UTF-8");
    }
    if (contentEncoding != null && !contentEncoding.equalsIgnoreCase("identity")) {
      throw ApiException.of(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE, "compressed request bodies are not supported");
    }
  }

  private static boolean isMediaType(@Nullable String contentType, String expected) {
    if (contentType == null) {
      return false;
    }
    if (contentType.equals(expected)) {
      return true;
    }
    String lower = contentType.toLowerCase(Locale.ROOT);
    int semicolon = lower.indexOf(';');
    if (semicolon < 0) {
      return lower.strip().equals(expected);
    }
    int charset = lower.indexOf("charset=", semicolon);
    boolean utf8 =
        charset < 0
            || lower.startsWith("utf-8", charset + 8)
            || lower.startsWith("\"utf-8\"", charset + 8);
    return utf8 && lower.substring(0, semicolon).strip().equals(expected);
  }

  private static byte[] read(HttpServletRequest request, Opening opening, int maxBytes)
      throws IOException {
    long length = request.getContentLengthLong();
    if (length > maxBytes) {
      throw tooLarge(maxBytes);
    }
    InputStream body = opening.open();
    if (length >= 0 && length <= BELIEVED_BYTES) {
      return exactly(body, (int) length);
    }
    byte[] bytes = body.readNBytes(maxBytes + 1);
    if (bytes.length > maxBytes) {
      throw tooLarge(maxBytes);
    }
    return bytes;
  }

  /** Without the buffers that a body of unknown length needs. */
  private static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] body = new byte[length];
    int read = in.readNBytes(body, 0, length);
    return read == length ? body : Arrays.copyOf(body, read);
  }

  /** The parser would take UTF-16 and UTF-32 as well, by their zero bytes and marks. */
  private static boolean looksLikeUtf8(byte[] body, int from, int to) {
    int end = Math.min(to, from + 4);
    for (int i = from; i < end; i++) {
      if (body[i] == 0 || body[i] == (byte) 0xfe || body[i] == (byte) 0xff) {
        return false;
      }
    }
    return true;
  }

  public static ApiException tooLarge(int maxBytes) {
    return ApiException.of(
        ErrorCode.REQUEST_BODY_TOO_LARGE,
        "the body must not have more than " + maxBytes + " bytes");
  }

  private static ApiException invalid(String message) {
    return ApiException.of(ErrorCode.INVALID_JSON, message);
  }
}
