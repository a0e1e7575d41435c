package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text out of a stream's events that bring text and nothing else. With most providers
 * such events differ in their text alone: one that is like the last one before and behind its text,
 * byte by byte, is not parsed again. Used by one thread, for one stream.
 */
final class TextEvents {

  /** Where every event differs in more, it is not tried for ever. */
  private static final int MOST_LESSONS = 4;

  private static final String PROBE = "probe";

  private final Finder finder;
  private byte @Nullable [] before;
  private byte[] after = {};
  private int lessons;

  /** Finds the text of one event. */
  interface Finder {
    /** Null when the event brings something else, or more. */
    @Nullable String in(byte[] bytes, int offset, int length) throws IOException;
  }

  TextEvents(Finder finder) {
    this.finder = finder;
  }

  /** Null when the event brings something else, or more. */
  @Nullable String in(byte[] bytes, int offset, int length) throws IOException {
    String text = likeBefore(bytes, offset, length);
    if (text == null) {
      text = finder.in(bytes, offset, length);
      if (text != null && !text.isEmpty() && lessons < MOST_LESSONS) {
        lessons++;
        learn(bytes, offset, length, text);
      }
    }
    return text;
  }

  private @Nullable String likeBefore(byte[] bytes, int offset, int length) {
    byte[] begin = before;
    if (begin == null || length < begin.length + after.length) {
      return null;
    }
    int from = offset + begin.length;
    int to = offset + length - after.length;
    boolean like =
        Arrays.equals(bytes, offset, from, begin, 0, begin.length)
            && Arrays.equals(bytes, to, offset + length, after, 0, after.length);
    return like ? plain(bytes, from, to) : null;
  }

  /** What stands in a JSON string as it is; null when something of it is escaped, or broken. */
  private static @Nullable String plain(byte[] bytes, int from, int to) {
    boolean ascii = true;
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (b == '"' || b == '\\' || (b >= 0 && b < ' ')) {
        return null;
      }
      ascii &= b >= 0;
    }
    String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    return ascii || text.indexOf('\uFFFD') < 0 ? text : null;
  }

  private void learn(byte[] bytes, int offset, int length, String text) throws IOException {
    byte[] quoted = ('"' + text + '"').getBytes(StandardCharsets.UTF_8);
    int at = indexOf(bytes, offset, offset + length, quoted);
    if (at < 0) {
      return;
    }
    byte[] begin = Arrays.copyOfRange(bytes, offset, at + 1);
    byte[] end = Arrays.copyOfRange(bytes, at + quoted.length - 1, offset + length);
    if (isText(begin, end)) {
      before = begin;
      after = end;
    }
  }

  /** The same letters may stand elsewhere too: only another text in this place tells. */
  private boolean isText(byte[] begin, byte[] end) throws IOException {
    try {
      return PROBE.equals(
          finder.in(joined(begin, end), 0, begin.length + PROBE.length() + end.length));
    } catch (JsonProcessingException e) {
      // A comma or colon was found between two strings, where no text can stand.
      return false;
    }
  }

  private static byte[] joined(byte[] begin, byte[] end) {
    byte[] probe = PROBE.getBytes(StandardCharsets.US_ASCII);
    byte[] joined = Arrays.copyOf(begin, begin.length + probe.length + end.length);
    System.arraycopy(probe, 0, joined, begin.length, probe.length);
    System.arraycopy(end, 0, joined, begin.length + probe.length, end.length);
    return joined;
  }

  private static int indexOf(byte[] bytes, int from, int to, byte[] wanted) {
    for (int i = from; i <= to - wanted.length; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }
}
