package dev.parley.usage.csv;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.parley.storage.UsageStore;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;

/**
 * Turns lines as PostgreSQL's COPY writes them into ours, byte by byte. Both quote what RFC 4180
 * wants quoted, so nearly all is copied as it is; apart from that there are the fence against
 * formulas, times, truth values, empty texts and the line's end.
 *
 * <p>The bytes are those that the same events give one by one. For one thread.
 */
final class CopiedLines {

  /** As much is handed on at a time. */
  private static final int CHUNK = 1 << 16;

  /** More than a line can grow: a byte per fenced text, and what times and truth values take. */
  private static final int GROWTH = 64;

  private static final byte[] TRUE = "true".getBytes(UTF_8);
  private static final byte[] FALSE = "false".getBytes(UTF_8);
  private static final String WHOLE_TIME = "yyyy-MM-ddTHH:mm:ss.000Z";

  private enum Kind {
    /** Nobody's words but ours. */
    PLAIN,
    /** A text that others have chosen. */
    FENCED,
    TIME,
    TRUTH
  }

  private static final Kind[] KINDS = kinds();

  private final OutputStream out;
  private byte[] buffer = new byte[CHUNK + 8_192];
  private int size;

  CopiedLines(OutputStream out) {
    this.out = out;
  }

  private static Kind[] kinds() {
    List<String> columns = UsageStore.LINE_COLUMNS;
    Kind[] kinds = new Kind[columns.size()];
    Arrays.fill(kinds, Kind.PLAIN);
    for (String column :
        List.of(
            "eventId",
            "requestId",
            "jobId",
            "sessionId",
            "tenantId",
            "botId",
            "provider",
            "model",
            "routingDecision",
            "priceVersion",
            "corrects")) {
      kinds[columns.indexOf(column)] = Kind.FENCED;
    }
    kinds[columns.indexOf("timestamp")] = Kind.TIME;
    kinds[columns.indexOf("estimated")] = Kind.TRUTH;
    return kinds;
  }

  /**
   * @param line as {@link UsageStore#forEachLine} hands it over
   * @throws UncheckedIOException when the stream fails
   */
  void write(byte[] line) {
    if (buffer.length - size < line.length + GROWTH) {
      buffer = Arrays.copyOf(buffer, size + line.length + GROWTH);
    }
    int at = 0;
    // what is copied as it is waits until something is not
    int kept = 0;
    for (Kind kind : KINDS) {
      byte first = line[at];
      boolean quoted = first == '"';
      int end = quoted ? endOfQuoted(line, at) : endOfPlain(line, at);
      if (quoted && end == at + 2) {
        copy(line, kept, at);
        kept = end;
      } else if (kind == Kind.FENCED) {
        if (at < end && !isLetterOrDigit(first) && couldBeFormula(line, at, end, quoted)) {
          int text = quoted ? at + 1 : at;
          copy(line, kept, text);
          buffer[size++] = '\'';
          kept = text;
        }
      } else if (kind == Kind.TIME) {
        copy(line, kept, at);
        time(line, at, end);
        kept = end;
      } else if (kind == Kind.TRUTH) {
        copy(line, kept, at);
        copy(first == 't' ? TRUE : FALSE);
        kept = end;
      }
      at = end + 1;
    }
    copy(line, kept, at - 1);
    buffer[size++] = '\r';
    buffer[size++] = '\n';
    if (size >= CHUNK) {
      hand();
    }
  }

  void flush() {
    hand();
    try {
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void hand() {
    try {
      out.write(buffer, 0, size);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    size = 0;
  }

  /**
   * @return the separator or the line feed behind it
   */
  private static int endOfPlain(byte[] line, int begin) {
    int at = begin;
    while (line[at] != ',' && line[at] != '\n') {
      at++;
    }
    return at;
  }

  /**
   * @return behind the closing quote
   */
  private static int endOfQuoted(byte[] line, int begin) {
    int at = begin + 1;
    while (line[at] != '"' || line[at + 1] == '"') {
      at += line[at] == '"' ? 2 : 1;
    }
    return at + 1;
  }

  /** Rare enough to be decided on the text itself. Doubled quotes make no difference to it. */
  private static boolean couldBeFormula(byte[] line, int begin, int end, boolean quoted) {
    int text = quoted ? begin + 1 : begin;
    int length = (quoted ? end - 1 : end) - text;
    return FormulaFence.couldBeFormula(new String(line, text, length, UTF_8));
  }

  /** {@code 2026-01-31 12:00:00.12+00} becomes {@code 2026-01-31T12:00:00.120Z}. */
  private void time(byte[] line, int begin, int end) {
    int length = Math.min(end - begin - "+00".length(), WHOLE_TIME.length() - 1);
    copy(line, begin, begin + length);
    buffer[size - length + WHOLE_TIME.indexOf('T')] = 'T';
    for (int i = length; i < WHOLE_TIME.length(); i++) {
      buffer[size++] = (byte) WHOLE_TIME.charAt(i);
    }
  }

  private void copy(byte[] from) {
    copy(from, 0, from.length);
  }

  private void copy(byte[] from, int begin, int end) {
    System.arraycopy(from, begin, buffer, size, end - begin);
    size += end - begin;
  }

  private static boolean isLetterOrDigit(byte b) {
    return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
  }
}
