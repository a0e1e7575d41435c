package dev.parley.ingest.http;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Names requests, for {@code x-request-id}. */
final class RequestIds {

  static final String HEADER = "x-request-id";

  private static final int MAX_LENGTH = 128;

  private RequestIds() {}

  /** The client's own id when it is safe to write into headers and logs, else a new one. */
  static String of(@Nullable String fromClient) {
    return fromClient != null && isSafe(fromClient) ? fromClient : create();
  }

  static String create() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return "req_" + hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong(), 8);
  }

  private static boolean isSafe(String id) {
    int length = id.length();
    if (length == 0 || length > MAX_LENGTH) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = id.charAt(i);
      boolean safe =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '.'
              || c == '_'
              || c == '-';
      if (!safe) {
        return false;
      }
    }
    return true;
  }
}
