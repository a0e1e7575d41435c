package dev.parley.ingest.messages;

import dev.parley.schemas.PlainAscii;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads lines of bounded length out of a body of bounded length. For one thread. */
final class LineReader {

  /** What came next. */
  sealed interface Line {}

  /** A line with something in it, which is there until the next one is read. */
  static final class Text implements Line {
    private final byte[] bytes;
    private final int from;
    private final int to;

    private Text(byte[] bytes, int from, int to) {
      this.bytes = bytes;
      this.from = from;
      this.to = to;
    }

    byte[] bytes() {
      return bytes;
    }

    int from() {
      return from;
    }

    int to() {
      return to;
    }
  }

  /** A line with nothing in it. */
  record Blank() implements Line {}

  /** A line that is longer than it may be, and was skipped. */
  record TooLong() implements Line {}

  /** The body is longer than it may be; there is no reading on. */
  record TotalTooLong() implements Line {}

  /** The body is over. */
  record End() implements Line {}

  private final InputStream in;
  private final int maxLineBytes;
  private final long maxBytes;
  private final byte[] buffer = new byte[64 * 1024];
  private int position;
  private int filled;
  private long total;

  LineReader(InputStream in, int maxLineBytes, long maxBytes) {
    this.in = in;
    this.maxLineBytes = maxLineBytes;
    this.maxBytes = maxBytes;
  }

  Line next() throws IOException {
    if (position == filled) {
      if (!fill()) {
        return new End();
      }
      if (total > maxBytes) {
        return new TotalTooLong();
      }
    }
    int from = position;
    int end = endOfLine();
    if (end == filled) {
      return begunBefore(from);
    }
    position = end + 1;
    return end - from > maxLineBytes ? new TooLong() : line(buffer, from, end);
  }

  /** Goes on with a line that the buffer does not hold to its end. */
  private Line begunBefore(int from) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(1_024);
    line.write(buffer, from, filled - from);
    boolean tooLong = line.size() > maxLineBytes;
    boolean over = false;
    while (!over) {
      if (!fill()) {
        break;
      }
      if (total > maxBytes) {
        return new TotalTooLong();
      }
      int end = endOfLine();
      if (line.size() + end > maxLineBytes) {
        tooLong = true;
      }
      if (!tooLong) {
        line.write(buffer, 0, end);
      }
      over = end < filled;
      position = over ? end + 1 : end;
    }
    return tooLong ? new TooLong() : line(line.toByteArray(), 0, line.size());
  }

  /** False at the end of the body. */
  private boolean fill() throws IOException {
    position = 0;
    filled = Math.max(0, in.read(buffer));
    total += filled;
    return filled > 0;
  }

  private int endOfLine() {
    return PlainAscii.endOfLine(buffer, position, filled);
  }

  private static Line line(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (b != ' ' && b != '\t' && b != '\r') {
        return new Text(bytes, from, to);
      }
    }
    return new Blank();
  }
}
