package dev.parley.ingest.jobs;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.JobId;
import dev.parley.schemas.Json;
import dev.parley.storage.live.LiveEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/**
 * One client's stream of server-sent events. Events go out once each, in the order of their
 * sequences, which are the events' ids. For one thread.
 */
final class EventStream {

  private static final long KEEP_ALIVE_NANOS = Duration.ofSeconds(15).toNanos();
  private static final byte[] COMMENT = ": waiting\n\n".getBytes(StandardCharsets.US_ASCII);

  private final OutputStream out;
  private final JobId job;
  private long last;
  private boolean sent;
  private long spokeAt = System.nanoTime();

  /**
   * @param after the last sequence that the client has; 0 for none
   */
  EventStream(OutputStream out, JobId job, long after) {
    this.out = out;
    this.job = job;
    this.last = after;
  }

  /** The sequence of the last event that the client has. */
  long last() {
    return last;
  }

  /** Sends an event unless the client has it or a later one. */
  void send(LiveEvent event) throws IOException {
    if (event.sequence() > last) {
      write(event.sequence(), event.type(), event.timestamp(), event.data());
      last = event.sequence();
      sent = true;
    }
  }

  /**
   * Sends the event that ends the stream, to a client that has it already too. That one gets it
   * with the id that it had: a higher one each time would pass the events of a later attempt, and
   * hide them from a client that comes back once the job was sent again.
   *
   * @param sequence that it has unless a later event came before it
   */
  void sendEnd(long sequence, String type, Instant at, ObjectNode data) throws IOException {
    write(Math.max(sent ? last + 1 : last, sequence), type, at, data);
  }

  void comment() throws IOException {
    out.write(COMMENT);
    flush();
  }

  /** Until {@link #keepAlive} has something to do. */
  Duration untilKeepAlive() {
    return Duration.ofNanos(Math.max(0, KEEP_ALIVE_NANOS - (System.nanoTime() - spokeAt)));
  }

  /** Lets the client and all between know that the stream is alive, when it has been silent. */
  void keepAlive() throws IOException {
    if (untilKeepAlive().isZero()) {
      comment();
    }
  }

  void flush() throws IOException {
    out.flush();
    spokeAt = System.nanoTime();
  }

  private void write(long sequence, String type, Instant at, ObjectNode data) throws IOException {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("jobId", job.value());
    body.put("sequence", sequence);
    body.put("timestamp", Json.format(at));
    body.setAll(data);
    String text =
        "id: "
            + sequence
            + "\nevent: "
            + type
            + "\ndata: "
            + Json.mapper().writeValueAsString(body)
            + "\n\n";
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }
}
