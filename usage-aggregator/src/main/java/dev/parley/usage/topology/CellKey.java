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
    String hour = cell.hour().toString();
    StringBuilder text = new StringBuilder(96);
    text.append(cell.tenantId().value()).append('/');
    text.append(hour, 0, hour.length() - HOUR_END.length()).append("Z/");
    escape(cell.provider(), text);
    text.append('/');
    escape(cell.model(), text);
    return text.toString();
  }

  static Cell parse(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length != 4 || !parts[1].endsWith("Z")) {
      throw new IllegalArgumentException("not the key of a cell");
    }
    String hour = parts[1].substring(0, parts[1].length() - 1) + HOUR_END;
    return new Cell(
        new TenantId(parts[0]), Instant.parse(hour), unescape(parts[2]), unescape(parts[3]));
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
