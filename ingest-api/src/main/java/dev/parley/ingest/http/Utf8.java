package dev.parley.ingest.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Tells UTF-8 by the letter of RFC 3629. The JSON parser also takes longer forms than the shortest,
 * by which a character passes whatever looks for its usual bytes; the JDK's decoder does not.
 */
final class Utf8 {

  private Utf8() {}

  static boolean isValid(byte[] bytes, int from, int to) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
