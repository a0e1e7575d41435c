package dev.parley.ingest.messages;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** W3C Trace Context's {@code traceparent}: {@code 00-<32 hex>-<16 hex>-<2 hex>}. */
final class TraceParent {

  private static final int LENGTH = 55;

  private TraceParent() {}

  static String orNew(@Nullable String fromClient) {
    return fromClient != null && isValid(fromClient) ? fromClient : create();
  }

  private static String create() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    // INVARIANT: neither id may be all zeros.
    return "00-"
        + hex.toHexDigits(random.nextLong())
        + hex.toHexDigits(random.nextLong() | 1)
        + '-'
        + hex.toHexDigits(random.nextLong() | 1)
        + "-01";
  }

  static boolean isValid(String value) {
    return value.length() == LENGTH
        && value.startsWith("00-")
        && value.charAt(35) == '-'
        && value.charAt(52) == '-'
        && isHexNotZero(value, 3, 35)
        && isHexNotZero(value, 36, 52)
        && isHex(value.charAt(53))
        && isHex(value.charAt(54));
  }

  private static boolean isHexNotZero(String value, int from, int to) {
    boolean zero = true;
    for (int i = from; i < to; i++) {
      char c = value.charAt(i);
      if (!isHex(c)) {
        return false;
      }
      zero &= c == '0';
    }
    return !zero;
  }

  private static boolean isHex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }
}
