package dev.parley.schemas;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * JSON written piece by piece, for what is written many thousand times a second: a general writer
 * takes several times as long. What it writes is to the byte what {@link Json} writes. For one
 * thread.
 */
public final class JsonBytes {

  private byte[] bytes;
  private int length;

  public JsonBytes(int capacity) {
    this.bytes = new byte[capacity];
  }

  /** What a constant piece of JSON is written as. */
  public static byte[] piece(String ascii) {
    return ascii.getBytes(StandardCharsets.US_ASCII);
  }

  /** A piece of JSON. */
  public JsonBytes raw(byte[] piece) {
    int at = take(piece.length);
    System.arraycopy(piece, 0, bytes, at, piece.length);
    return this;
  }

  /** A string, with quotes. */
  public JsonBytes text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    // As long as it is only where every character took one byte: ASCII, or replaced.
    if (utf8.length == value.length()
        && (PlainAscii.isWrittenAsItIs(utf8) || isWrittenAsItIs(value))) {
      int at = take(utf8.length + 2);
      bytes[at] = '"';
      System.arraycopy(utf8, 0, bytes, at + 1, utf8.length);
      bytes[at + 1 + utf8.length] = '"';
      return this;
    }
    try {
      return raw(EventCodec.MAPPER.writeValueAsBytes(value));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a string cannot be written", e);
    }
  }

  /** A string of ASCII in which nothing needs escaping, as ids are, with quotes. */
  @SuppressWarnings("deprecation") // of all ways the one without another copy
  private JsonBytes ascii(String value) {
    int count = value.length();
    int at = take(count + 2);
    bytes[at] = '"';
    value.getBytes(0, count, bytes, at + 1);
    bytes[at + 1 + count] = '"';
    return this;
  }

  public JsonBytes id(JobId id) {
    return ascii(id.value());
  }

  public JsonBytes id(TenantId id) {
    return ascii(id.value());
  }

  public JsonBytes id(SessionId id) {
    return ascii(id.value());
  }

  /** A time, with quotes; of the years 0000 to 9999. */
  public JsonBytes time(Instant time) {
    return ascii(WireTime.format(time));
  }

  public JsonBytes number(long number) {
    return raw(piece(Long.toString(number)));
  }

  public int length() {
    return length;
  }

  /** All that was written. Nothing may be written afterwards: where it fits, it is not copied. */
  byte[] finish() {
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  /** What is there; then begins anew. */
  public byte[] drain() {
    byte[] all = Arrays.copyOf(bytes, length);
    length = 0;
    return all;
  }

  /** Writes what is there and begins anew. */
  public void drainTo(OutputStream out) throws IOException {
    out.write(bytes, 0, length);
    length = 0;
  }

  private int take(int count) {
    int at = length;
    if (bytes.length - at < count) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, at + count));
    }
    length = at + count;
    return at;
  }

  private static boolean isWrittenAsItIs(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' || c == '"' || c == '\\' || c >= 0x80) {
        return false;
      }
    }
    return true;
  }
}
