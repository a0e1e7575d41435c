package dev.parley.simulator.script;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32;

/**
 * A short name for the whole of a conversation, so that a reply tells what context it was given:
 * CRC-32 over {@code role NUL text NUL} of every message in order, in eight hexadecimal digits.
 * Roles are {@code system}, {@code user}, {@code assistant} and {@code tool} in every format; a
 * system prompt counts as a first message. Used by one thread.
 */
public final class ContextDigest {

  private static final HexFormat HEX = HexFormat.of();

  private final CRC32 crc = new CRC32();

  /** Takes up the next message. */
  public void add(String role, String text) {
    crc.update(role.getBytes(StandardCharsets.UTF_8));
    crc.update(0);
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    crc.update(0);
  }

  /** The digest of the messages so far. */
  public String value() {
    return HEX.toHexDigits((int) crc.getValue());
  }
}
