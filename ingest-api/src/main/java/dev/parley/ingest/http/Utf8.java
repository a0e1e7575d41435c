package dev.parley.ingest.http;

/**
 * Tells UTF-8 by the letter of RFC 3629. The JSON parser also takes longer forms than the shortest,
 * by which a character passes whatever looks for its usual bytes.
 */
final class Utf8 {

  private Utf8() {}

  static boolean isValid(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      int lead = bytes[at++] & 0xff;
      if (lead < 0x80) {
        continue;
      }
      int more = continuations(lead);
      if (more == 0 || at + more > to || !mayFollow(lead, bytes[at] & 0xff)) {
        return false;
      }
      for (int end = at + more; at < end; at++) {
        if ((bytes[at] & 0xc0) != 0x80) {
          return false;
        }
      }
    }
    return true;
  }

  /** How many bytes belong to one that begins so; 0 when none begins so. */
  private static int continuations(int lead) {
    if (lead < 0xc2 || lead > 0xf4) {
      return 0;
    }
    return lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  }

  /** Neither longer than needed, nor half of a surrogate pair, nor beyond the last character. */
  private static boolean mayFollow(int lead, int second) {
    return switch (lead) {
      case 0xe0 -> second >= 0xa0;
      case 0xed -> second < 0xa0;
      case 0xf0 -> second >= 0x90;
      case 0xf4 -> second < 0x90;
      default -> true;
    };
  }
}
