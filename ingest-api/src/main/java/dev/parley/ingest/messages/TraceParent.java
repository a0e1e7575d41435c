package dev.parley.ingest.messages;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** W3C Trace Context's {@code traceparent}: {@code 00-<32 hex>-<16 hex>-<2 hex>}. */
final class TraceParent {

  private static final int LENGTH = 55;
  private static final int TRACE = 3;
  private static final int SPAN = 36;
  private static final byte[] FORM =
      ("00-" + "0".repeat(32) + '-' + "0".repeat(16) + "-01").getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private TraceParent() {}

  /** The client's, where it is one, else a new one; in ASCII. */
  static byte[] orNew(@Nullable String fromClient) {
    return fromClient != null && isValid(fromClient)
        ? fromClient.getBytes(StandardCharsets.US_ASCII)
        : create();
  }

  private static byte[] create() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    byte[] text = FORM.clone();
    hex(random.nextLong(), text, TRACE);
    // INVARIANT: neither id may be all zeros.
    hex(random.nextLong() | 1, text, TRACE + 16);
    hex(random.nextLong() | 1, text, SPAN);
    return text;
  }

  private static void hex(long value, byte[] text, int from) {
    for (int i = 0; i < 16; i++) {
      text[from + i] = DIGITS[(int) (value >>> (60 - 4 * i)) & 0xf];
    }
  }

  static boolean isValid(String value) {
    return value.length() == LENGTH
        && value.startsWith("00-")
        && value.charAt(SPAN - 1) == '-'
        && value.charAt(52) == '-'
        && isHexNotZero(value, TRACE, SPAN - 1)
        && isHexNotZero(value, SPAN, 52)
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
