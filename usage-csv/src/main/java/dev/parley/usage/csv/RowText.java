package dev.parley.usage.csv;

import dev.parley.storage.UsageStore;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes rows as CSV that come as PostgreSQL's text of a row: {@code (a,"b c",,1)}. There, what
 * holds a separator, a quote, a backslash, a bracket or white space is quoted; quotes and
 * backslashes are doubled; nothing at all is null.
 *
 * <p>What is not quoted there needs no quotes here either, so most fields are copied as they are.
 * The bytes are those that the same events give one by one. For one thread.
 */
final class RowText {

  private static final int CHUNK = 1 << 16;
  private static final List<String> COLUMNS = UsageStore.ROW_COLUMNS;
  private static final int TIME = COLUMNS.indexOf("timestamp");
  private static final int ESTIMATED = COLUMNS.indexOf("estimated");
  private static final boolean[] FENCED = fenced();

  private final OutputStream out;
  private final StringBuilder line = new StringBuilder(CHUNK + 4_096);
  private final StringBuilder field = new StringBuilder();

  RowText(OutputStream out) {
    this.out = out;
  }

  /** Columns whose text others have chosen. */
  private static boolean[] fenced() {
    boolean[] fenced = new boolean[COLUMNS.size()];
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
      fenced[COLUMNS.indexOf(column)] = true;
    }
    return fenced;
  }

  /**
   * @throws UncheckedIOException when the stream fails
   */
  void write(String row) {
    int at = 1;
    int last = COLUMNS.size() - 1;
    for (int column = 0; column <= last; column++) {
      if (row.charAt(at) == '"') {
        at = unquote(row, at + 1);
        quoted(column);
      } else {
        int end = column == last ? row.length() - 1 : row.indexOf(',', at);
        plain(row, at, end, column);
        at = end;
      }
      line.append(column == last ? "\r\n" : ",");
      at++;
    }
    if (line.length() >= CHUNK) {
      flush();
    }
  }

  void flush() {
    try {
      out.write(line.toString().getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    line.setLength(0);
  }

  private void plain(String row, int begin, int end, int column) {
    if (column == ESTIMATED) {
      line.append(row.charAt(begin) == 't');
    } else if (begin < end && FENCED[column] && !isLetterOrDigit(row.charAt(begin))) {
      line.append(FormulaFence.guard(row.substring(begin, end)));
    } else {
      line.append(row, begin, end);
    }
  }

  private void quoted(int column) {
    if (column == TIME) {
      time();
      return;
    }
    String value = field.toString();
    String guarded = FENCED[column] ? FormulaFence.guard(value) : value;
    if (needsQuotes(guarded)) {
      line.append('"').append(guarded.replace("\"", "\"\"")).append('"');
    } else {
      line.append(guarded);
    }
  }

  /** {@code 2026-01-31 12:00:00.12} becomes {@code 2026-01-31T12:00:00.120Z}. */
  private void time() {
    int begin = line.length();
    line.append(field);
    line.setCharAt(begin + 10, 'T');
    int length = line.length() - begin;
    if (length == 19) {
      line.append('.');
      length++;
    }
    for (; length < 23; length++) {
      line.append('0');
    }
    line.setLength(begin + 23);
    line.append('Z');
  }

  /**
   * @return behind the closing quote
   */
  private int unquote(String row, int begin) {
    field.setLength(0);
    int at = begin;
    while (true) {
      char c = row.charAt(at);
      if (c == '"' || c == '\\') {
        if (c == '"' && row.charAt(at + 1) != '"') {
          return at + 1;
        }
        at++;
      }
      field.append(row.charAt(at));
      at++;
    }
  }

  private static boolean needsQuotes(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == ',' || c == '"' || c == '\r' || c == '\n') {
        return true;
      }
    }
    return false;
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
