package dev.parley.usage.topology;

import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageTotal.Cell;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A cell as text, the key of its total: {@code acme/2026-01-31T23Z/openai/gpt-5}. Provider and
 * model may hold any character, so all but the plainest are written as {@code %XX} of their UTF-8
 * bytes; two cells never share a text.
 */
final class CellKey {

  private static final String HOUR_END = ":00:00Z";
  private static final String HEX = "0123456789ABCDEF";

  private CellKey() {}

  static String of(Cell cell) {
    StringBuilder text = new StringBuilder(96);
    text.append(cell.tenantId().value()).append('/').append(hour(cell.hour())).append('/');
    escape(cell.provider(), text);
    text.append('/');
    escape(cell.model(), text);
    return text.toString();
  }

  static Cell parse(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length != 4) {
      throw new IllegalArgumentException("not the key of a cell");
    }
    return new Cell(
        new TenantId(parts[0]), parseHour(parts[1]), unescape(parts[2]), unescape(parts[3]));
  }

  /** The begin of an hour in short: {@code 2026-01-31T23Z}. */
  static String hour(Instant hour) {
    String whole = hour.toString();
    return whole.substring(0, whole.length() - HOUR_END.length()) + "Z";
  }

  static Instant parseHour(String text) {
    if (!text.endsWith("Z")) {
      throw new IllegalArgumentException("not an hour");
    }
    return Instant.parse(text.substring(0, text.length() - 1) + HOUR_END);
  }

  private static void escape(String value, StringBuilder text) {
    for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
      if (isPlain(b)) {
        text.append((char) b);
      } else {
        text.append('%').append(HEX.charAt((b >> 4) & 0xF)).append(HEX.charAt(b & 0xF));
      }
    }
  }

  private static String unescape(String text) {
    // No plus sign is ever written as it is, so the decoder's reading of it does no harm.
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static boolean isPlain(byte b) {
    return (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || (b >= '0' && b <= '9')
        || b == '.'
        || b == '_'
        || b == '-';
  }
}
