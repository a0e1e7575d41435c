package dev.parley.ingest.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * A body that has to come at a least rate on the whole: whoever sends a byte now and then does not
 * hold a connection for ever. For one thread.
 */
final class PacedBody extends FilterInputStream {

  /** Slower than any modem. */
  static final int BYTES_PER_SECOND = 1_000;

  private final long graceNanos;
  private long waitedNanos;
  private long count;

  /**
   * @param grace how long a body may take however short it is
   */
  PacedBody(InputStream in, Duration grace) {
    super(in);
    this.graceNanos = grace.toNanos();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    long begin = System.nanoTime();
    int read = super.read(into, offset, length);
    // Only what the sender takes: that we were busy meanwhile is not its fault.
    waitedNanos += System.nanoTime() - begin;
    if (read > 0) {
      count += read;
      long allowed = graceNanos + count * (Duration.ofSeconds(1).toNanos() / BYTES_PER_SECOND);
      if (waitedNanos > allowed) {
        throw ApiException.of(
            ErrorCode.INVALID_REQUEST,
            "the body came at less than " + BYTES_PER_SECOND + " bytes a second");
      }
    }
    return read;
  }
}
