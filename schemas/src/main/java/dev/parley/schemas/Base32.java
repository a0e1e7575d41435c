package dev.parley.schemas;

import org.jspecify.annotations.Nullable;

/** Crockford's base 32 in lower case, without padding; its order is the order of the bytes. */
final class Base32 {

  private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

  private Base32() {}

  static int length(int bytes) {
    return (bytes * 8 + 4) / 5;
  }

  static String encode(byte[] bytes) {
    StringBuilder text = new StringBuilder(length(bytes.length));
    int buffer = 0;
    int bits = 0;
    for (byte b : bytes) {
      buffer = (buffer << 8) | (b & 0xff);
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        text.append(ALPHABET.charAt((buffer >>> bits) & 31));
      }
      buffer &= (1 << bits) - 1;
    }
    if (bits > 0) {
      text.append(ALPHABET.charAt((buffer << (5 - bits)) & 31));
    }
    return text.toString();
  }

  /** The bytes, or null when the text is not the canonical encoding of that many bytes. */
  static byte @Nullable [] decode(String text, int expectedBytes) {
    byte[] bytes = new byte[expectedBytes];
    int buffer = 0;
    int bits = 0;
    int at = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = ALPHABET.indexOf(text.charAt(i));
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
