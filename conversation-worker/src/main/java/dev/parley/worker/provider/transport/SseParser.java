package dev.parley.worker.provider.transport;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events out of chunks that may be split anywhere.
 *
 * <p>Works on bytes and in place: an event's data is handed out as a range of the parser's own
 * buffer, valid until the next call. Comments, ids and retry hints are skipped. Not thread-safe.
 */
public final class SseParser {

  private static final int INITIAL_CAPACITY = 1024;
  private static final int KEPT_CAPACITY = 4096;
  private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EVENT = "event".getBytes(StandardCharsets.US_ASCII);

  private final int maxEventBytes;
  private byte[] buffer = new byte[INITIAL_CAPACITY];
  private int limit;

  /** Where the line begins that is being looked for. */
  private int lineStart;

  /** How far that line has been searched for its end. */
  private int scanned;

  /** The collected data of the event; lines after the first are moved up to it. */
  private int dataStart;

  private int dataEnd;
  private boolean hasData;
  private boolean atStart = true;
  private boolean skipLineFeed;
  private boolean handedOut;
  private @Nullable String eventName;
  private byte[] knownNameBytes = {};
  private String knownName = "";

  /**
   * @param maxEventBytes a longer event, or a longer line, is an error
   */
  public SseParser(int maxEventBytes) {
    this.maxEventBytes = maxEventBytes;
  }

  /** Takes a chunk in; the events that it completes come from {@link #next}. */
  public void feed(ByteBuffer chunk) {
    compact();
    int length = chunk.remaining();
    if (buffer.length - limit < length) {
      buffer = Arrays.copyOf(buffer, Math.max(limit + length, buffer.length * 2));
    }
    chunk.get(buffer, limit, length);
    limit += length;
  }

  /**
   * Moves to the next whole event.
   *
   * @return false when more bytes are needed
   * @throws EventTooLargeException when the event exceeds its bound
   */
  public boolean next() throws EventTooLargeException {
    forgetHandedOut();
    while (true) {
      int end = endOfLine();
      if (end < 0) {
        if (pending() > maxEventBytes) {
          throw new EventTooLargeException();
        }
        return false;
      }
      int start = lineStart;
      lineStart = end + 1;
      scanned = lineStart;
      if (start == end) {
        if (hasData) {
          handedOut = true;
          return true;
        }
        eventName = null;
        atStart = false;
      } else {
        line(start, end);
        if (hasData && dataEnd - dataStart > maxEventBytes) {
          throw new EventTooLargeException();
        }
      }
    }
  }

  /**
   * The stream has ended. An event whose lines are whole counts although its closing empty line is
   * missing; half a line is dropped.
   */
  public boolean end() {
    forgetHandedOut();
    handedOut = hasData;
    return hasData;
  }

  /** The name of the event that {@link #next} moved to; null when it has none. */
  public @Nullable String event() {
    return eventName;
  }

  /** The array that holds the data of the event, from {@link #offset} for {@link #length} bytes. */
  public byte[] array() {
    return buffer;
  }

  public int offset() {
    return dataStart;
  }

  public int length() {
    return dataEnd - dataStart;
  }

  /** Whether the event's data are exactly these bytes. */
  public boolean dataEquals(byte[] expected) {
    return Arrays.equals(buffer, dataStart, dataEnd, expected, 0, expected.length);
  }

  private int pending() {
    return limit - (hasData ? dataStart : lineStart);
  }

  private int endOfLine() {
    if (skipLineFeed && lineStart < limit) {
      skipLineFeed = false;
      if (buffer[lineStart] == '\n') {
        lineStart++;
        scanned = Math.max(scanned, lineStart);
      }
    }
    for (int i = scanned; i < limit; i++) {
      byte b = buffer[i];
      if (b == '\n') {
        return i;
      }
      if (b == '\r') {
        skipLineFeed = true;
        return i;
      }
    }
    scanned = limit;
    return -1;
  }

  private void line(int from, int end) {
    int start = from;
    if (atStart) {
      atStart = false;
      start = afterByteOrderMark(start, end);
    }
    int colon = start;
    while (colon < end && buffer[colon] != ':') {
      colon++;
    }
    int value = Math.min(colon + 1, end);
    if (value < end && buffer[value] == ' ') {
      value++;
    }
    if (is(DATA, start, colon)) {
      data(value, end);
    } else if (is(EVENT, start, colon)) {
      eventName = name(value, end);
    }
  }

  private int afterByteOrderMark(int start, int end) {
    boolean marked =
        end - start >= 3
            && buffer[start] == (byte) 0xEF
            && buffer[start + 1] == (byte) 0xBB
            && buffer[start + 2] == (byte) 0xBF;
    return marked ? start + 3 : start;
  }

  private boolean is(byte[] name, int start, int end) {
    return Arrays.equals(buffer, start, end, name, 0, name.length);
  }

  private void data(int start, int end) {
    if (!hasData) {
      hasData = true;
      dataStart = start;
      dataEnd = end;
      return;
    }
    // The field's name in front of this line leaves room for the line feed between the two.
    buffer[dataEnd++] = '\n';
    System.arraycopy(buffer, start, buffer, dataEnd, end - start);
    dataEnd += end - start;
  }

  private @Nullable String name(int start, int end) {
    if (start == end) {
      return null;
    }
    if (!Arrays.equals(buffer, start, end, knownNameBytes, 0, knownNameBytes.length)) {
      knownNameBytes = Arrays.copyOfRange(buffer, start, end);
      knownName = new String(knownNameBytes, StandardCharsets.UTF_8);
    }
    return knownName;
  }

  private void forgetHandedOut() {
    if (handedOut) {
      handedOut = false;
      hasData = false;
      eventName = null;
    }
  }

  /** Moves what is still needed to the front, and gives a large buffer back once it is empty. */
  private void compact() {
    forgetHandedOut();
    int keep = hasData ? dataStart : lineStart;
    if (keep == limit && buffer.length > KEPT_CAPACITY) {
      buffer = new byte[INITIAL_CAPACITY];
    } else if (keep > 0) {
      System.arraycopy(buffer, keep, buffer, 0, limit - keep);
    }
    limit -= keep;
    lineStart -= keep;
    scanned -= keep;
    if (hasData) {
      dataStart -= keep;
      dataEnd -= keep;
    }
  }

  /** An event, or a line, is longer than allowed. */
  @SuppressWarnings("serial") // never serialised
  public static final class EventTooLargeException extends Exception {
    EventTooLargeException() {
      super("a server-sent event exceeds its bound");
    }
  }
}
