package dev.parley.schemas;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Crockford's base 32 in lower case, without padding; its order is the order of the bytes. */
final class Base32 {

  private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final byte[] LETTERS = ALPHABET.getBytes(StandardCharsets.ISO_8859_1);

  private static final byte[] DIGITS = digits();

  private Base32() {}

  private static byte[] digits() {
    byte[] digits = new byte[128];
    Arrays.fill(digits, (byte) -1);
    for (int i = 0; i < LETTERS.length; i++) {
      digits[LETTERS[i]] = (byte) i;
    }
    return digits;
  }

  static int length(int bytes) {
    return (bytes * 8 + 4) / 5;
  }

  static String encode(byte[] bytes) {
    byte[] text = new byte[length(bytes.length)];
    int at = 0;
    int buffer = 0;
    int bits = 0;
    for (byte b : bytes) {
      buffer = (buffer << 8) | (b & 0xff);
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        text[at++] = LETTERS[(buffer >>> bits) & 31];
      }
      buffer &= (1 << bits) - 1;
    }
    if (bits > 0) {
      text[at] = LETTERS[(buffer << (5 - bits)) & 31];
    }
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  /** The bytes, or null when the text is not the canonical encoding of that many bytes. */
  static byte @Nullable [] decode(String text, int expectedBytes) {
    return decode(text, 0, expectedBytes);
  }

  /** Likewise, of what begins at {@code from}. */
  static byte @Nullable [] decode(String text, int from, int expectedBytes) {
    byte[] bytes = new byte[expectedBytes];
    int buffer = 0;
    int bits = 0;
    int at = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      int digit = c < DIGITS.length ? DIGITS[c] : -1;
      if (digit < 0) {
        return null;
      }
      buffer = (buffer << 5) | digit;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        if (at == expectedBytes) {
          return null;
        }
        bytes[at++] = (byte) (buffer >>> bits);
      }
      buffer &= (1 << bits) - 1;
    }
    // Left-over bits must be zero, so that one id has one spelling.
    return at == expectedBytes && buffer == 0 ? bytes : null;
  }
}
