package dev.parley.ingest.messages;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads lines of bounded length out of a body of bounded length. For one thread. */
final class LineReader {

  /** What came next. */
  sealed interface Line {}

  /** A line with something in it. */
  static final class Text implements Line {
    private final byte[] bytes;

    private Text(byte[] bytes) {
      this.bytes = bytes;
    }

    byte[] bytes() {
      return bytes;
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
  private final byte[] buffer = new byte[32 * 1024];
  private int position;
  private int filled;
  private long total;

  LineReader(InputStream in, int maxLineBytes, long maxBytes) {
    this.in = in;
    this.maxLineBytes = maxLineBytes;
    this.maxBytes = maxBytes;
  }

  Line next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    boolean tooLong = false;
    boolean any = false;
    while (true) {
      if (position == filled) {
        position = 0;
        filled = in.read(buffer);
        if (filled <= 0) {
          filled = 0;
          return any ? line(line, tooLong) : new End();
        }
        total += filled;
        if (total > maxBytes) {
          return new TotalTooLong();
        }
      }
      any = true;
      int end = position;
      while (end < filled && buffer[end] != '\n') {
        end++;
      }
      if (line.size() + end - position > maxLineBytes) {
        tooLong = true;
      }
      if (!tooLong) {
        line.write(buffer, position, end - position);
      }
      position = end;
      if (end < filled) {
        position++;
        return line(line, tooLong);
      }
    }
  }

  private static Line line(ByteArrayOutputStream line, boolean tooLong) {
    if (tooLong) {
      return new TooLong();
    }
    byte[] bytes = line.toByteArray();
    for (byte b : bytes) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return new Text(bytes);
      }
    }
    return new Blank();
  }
}
