package dev.parley.worker.provider.transport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response whose body is still to be read, by the thread that made the request. Closing it before
 * its end aborts it, which stops the server too.
 */
public final class HttpExchange implements AutoCloseable {

  /** How long the rest of a body may take that nobody waits for. */
  private static final long DRAIN_MILLIS = 2_000;

  private final int status;
  private final HttpHeaders headers;
  private final BodyReader reader;
  private final Deadline deadline;
  private boolean finished;

  HttpExchange(HttpResponse<BodyReader> response, BodyReader reader, Deadline deadline) {
    this.status = response.statusCode();
    this.headers = response.headers();
    this.reader = reader;
    this.deadline = deadline;
  }

  public int status() {
    return status;
  }

  public HttpHeaders headers() {
    return headers;
  }

  /** The deadline that the headers came in time for. */
  public Deadline deadline() {
    return deadline;
  }

  /**
   * Waits for the next bytes.
   *
   * @return null at the end of the body
   */
  public @Nullable List<ByteBuffer> read(Deadline deadline)
      throws IOException, InterruptedException, DeadlinePassedException {
    return reader.read(deadline);
  }

  /**
   * Reads the rest of the body.
   *
   * @return the whole body, or its first bytes up to the bound
   */
  public Body readAll(int maxBytes, Deadline deadline)
      throws IOException, InterruptedException, DeadlinePassedException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (List<ByteBuffer> chunk = read(deadline); chunk != null; chunk = read(deadline)) {
      for (ByteBuffer buffer : chunk) {
        byte[] piece = new byte[Math.min(buffer.remaining(), maxBytes - bytes.size())];
        int before = buffer.remaining();
        buffer.get(piece);
        bytes.write(piece, 0, piece.length);
        if (piece.length < before) {
          return new Body(bytes.toByteArray(), false);
        }
      }
    }
    return new Body(bytes.toByteArray(), true);
  }

  /**
   * The caller has all it needs. What may still come of the body is dropped in the background for a
   * moment, so that the connection can serve again.
   */
  public void finish() {
    finished = true;
    if (!reader.ended().isDone()) {
      reader.drain();
    }
    if (!reader.ended().isDone()) {
      var _ =
          reader
              .ended()
              .copy()
              .orTimeout(DRAIN_MILLIS, TimeUnit.MILLISECONDS)
              .whenComplete((ok, failure) -> reader.abort());
    }
  }

  @Override
  public void close() {
    if (!finished) {
      reader.abort();
    }
  }

  /**
   * A body.
   *
   * @param whole false when it was longer than the bound
   */
  @SuppressWarnings("ArrayRecordComponent") // read once, compared never
  public record Body(byte[] bytes, boolean whole) {}
}
