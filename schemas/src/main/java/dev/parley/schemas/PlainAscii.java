package dev.parley.schemas;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Tells what a text does not hold, eight bytes at a time. */
public final class PlainAscii {

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long TOPS = 0x8080808080808080L;
  private static final long SPACES = ONES * ' ';
  private static final long QUOTES = ONES * '"';
  private static final long BACKSLASHES = ONES * '\\';
  private static final long QUESTION_MARKS = ONES * '?';
  private static final long NEWLINES = ONES * '\n';

  private PlainAscii() {}

  /** Whether all of it is ASCII and none of it a backslash. */
  public static boolean isWithoutEscapes(byte[] bytes, int from, int to) {
    int at = from;
    for (; at <= to - Long.BYTES; at += Long.BYTES) {
      long word = (long) WORDS.get(bytes, at);
      if ((word & TOPS) != 0 || hasZero(word ^ BACKSLASHES)) {
        return false;
      }
    }
    for (; at < to; at++) {
      if (bytes[at] < 0 || bytes[at] == '\\') {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether it stands between quotes in JSON as it is, and holds no question mark, which is what
   * encoders put in the place of characters that they cannot write.
   */
  static boolean isWrittenAsItIs(byte[] bytes) {
    int at = 0;
    for (; at <= bytes.length - Long.BYTES; at += Long.BYTES) {
      long word = (long) WORDS.get(bytes, at);
      if (isSpecial(word) || hasZero(word ^ QUESTION_MARKS)) {
        return false;
      }
    }
    for (; at < bytes.length; at++) {
      byte b = bytes[at];
      if (isSpecial(b) || b == '?') {
        return false;
      }
    }
    return true;
  }

  /**
   * Where the first byte is that does not stand in a string of JSON as it is: a quote, a backslash,
   * a control character, or a part of one beyond ASCII; {@code to} when there is none.
   */
  public static int endOfPlain(byte[] bytes, int from, int to) {
    int at = from;
    for (; at <= to - Long.BYTES; at += Long.BYTES) {
      long word = (long) WORDS.get(bytes, at);
      if (isSpecial(word)) {
        break;
      }
    }
    for (; at < to; at++) {
      if (isSpecial(bytes[at])) {
        return at;
      }
    }
    return to;
  }

  /** Where the first newline is; {@code to} when there is none. */
  public static int endOfLine(byte[] bytes, int from, int to) {
    int at = from;
    while (at <= to - Long.BYTES && !hasZero((long) WORDS.get(bytes, at) ^ NEWLINES)) {
      at += Long.BYTES;
    }
    while (at < to && bytes[at] != '\n') {
      at++;
    }
    return at;
  }

  /** Whether one of its bytes does not stand in a string of JSON as it is. */
  private static boolean isSpecial(long word) {
    return ((((word - SPACES) & ~word) | word) & TOPS) != 0
        || hasZero(word ^ QUOTES)
        || hasZero(word ^ BACKSLASHES);
  }

  private static boolean isSpecial(byte b) {
    return b < ' ' || b == '"' || b == '\\';
  }

  private static boolean hasZero(long word) {
    return ((word - ONES) & ~word & TOPS) != 0;
  }
}
