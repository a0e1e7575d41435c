package dev.parley.ingest.messages;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.Bodies;
import dev.parley.ingest.http.ErrorBody;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.Fields;
import dev.parley.ingest.http.RouteTable;
import dev.parley.ingest.jobs.JobView;
import dev.parley.ingest.sessions.SessionIds;
import dev.parley.schemas.Json;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.storage.RefusedException;
import dev.parley.storage.StoreUnavailableException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sending many messages at once, a line each, with a line each for an answer.
 *
 * <p>Lines are sent as they are read; how many may be on their way at once is bounded, so a client
 * that is quicker than the log is held up at its socket. Answers are written once all is read: many
 * clients do not read before they have written everything, and would wait for ever.
 */
public final class BulkRoutes implements RouteTable.Group {

  static final int MAX_LINES = 10_000;
  static final int MAX_BYTES = 16 * 1024 * 1024;

  /** A line of its own is not worth a packet of its own. */
  private static final ObjectWriter LINES =
      Json.mapper().writer().without(SerializationFeature.FLUSH_AFTER_WRITE_VALUE);

  private static final String NDJSON = "application/x-ndjson";
  private static final int MAX_CUSTOM_ID = 256;
  private static final int MAX_ON_THE_WAY = 1_000;

  private final Submitter submitter;
  private final int maxLineBytes;

  /**
   * @param maxLineBytes of a single line
   */
  public BulkRoutes(Submitter submitter, int maxLineBytes) {
    this.submitter = submitter;
    this.maxLineBytes = maxLineBytes;
  }

  @Override
  public void addTo(RouteTable table) {
    table.post("/messages", Access.TENANT, this::submit);
  }

  private void submit(Exchange exchange) throws IOException, InterruptedException {
    Bodies.requireMediaType(
        exchange.header("content-type"), exchange.header("content-encoding"), NDJSON);
    List<Line> lines = readAll(exchange);
    OutputStream out = exchange.stream(200, NDJSON);
    try (JsonGenerator json = LINES.createGenerator(out)) {
      json.setRootValueSeparator(null);
      for (int i = 0; i < lines.size(); i++) {
        LINES.writeValue(json, render(exchange, i, lines.get(i)));
        json.writeRaw('\n');
      }
    }
  }

  private List<Line> readAll(Exchange exchange) throws IOException, InterruptedException {
    LineReader reader = new LineReader(exchange.bodyStream(), maxLineBytes, MAX_BYTES);
    String traceparent = exchange.header("traceparent");
    List<Line> lines = new ArrayList<>();
    while (true) {
      if (lines.size() >= MAX_ON_THE_WAY) {
        settle(lines.get(lines.size() - MAX_ON_THE_WAY));
      }
      LineReader.Line read;
      try {
        read = reader.next();
      } catch (ApiException tooSlow) {
        // What came before is on its way and has its answers; what comes after is not read.
        lines.add(Line.refused(null, tooSlow));
        return lines;
      }
      switch (read) {
        case LineReader.End _ -> {
          return lines;
        }
        case LineReader.Blank _ -> {}
        case LineReader.TooLong _ -> lines.add(Line.refused(null, Bodies.tooLarge(maxLineBytes)));
        case LineReader.TotalTooLong _ -> {
          lines.add(Line.refused(null, Bodies.tooLarge(MAX_BYTES)));
          return lines;
        }
        case LineReader.Text text -> {
          if (lines.size() == MAX_LINES) {
            lines.add(Line.refused(null, tooManyLines()));
            return lines;
          }
          lines.add(begin(exchange, text.bytes(), traceparent));
        }
      }
    }
  }

  private Line begin(Exchange exchange, byte[] text, @Nullable String traceparent) {
    String customId = null;
    try {
      Fields fields = new Fields(Bodies.parse(text));
      customId = fields.string("customId", MAX_CUSTOM_ID);
      SessionId session = SessionIds.find(fields, "sessionId");
      if (session == null) {
        throw ApiException.at(ErrorCode.INVALID_SESSION_ID, "sessionId", "sessionId is required");
      }
      MessageSubmitted submission =
          submitter.prepare(fields, new SessionKey(exchange.tenant(), session));
      return new Line(
          customId,
          submission,
          submitter.send(submission, traceparent, SubmissionLog.Pace.BULK),
          null);
    } catch (ApiException e) {
      return Line.refused(customId, e);
    } catch (RefusedException e) {
      return Line.refused(
          customId, ApiException.of(ErrorCode.INVALID_REQUEST, "the store will not hold this"));
    } catch (StoreUnavailableException e) {
      return Line.refused(customId, Submitter.unavailable());
    }
  }

  /** Waits until a line is durable, or knows that it is not. */
  private void settle(Line line) throws InterruptedException {
    if (line.acknowledged != null && line.refusal == null && !line.settled) {
      try {
        submitter.await(line.acknowledged);
      } catch (ApiException e) {
        line.refusal = e;
      }
      line.settled = true;
    }
  }

  private ObjectNode render(Exchange exchange, int index, Line line) throws InterruptedException {
    settle(line);
    ObjectNode view = JsonNodeFactory.instance.objectNode();
    view.put("index", index);
    if (line.customId != null) {
      view.put("customId", line.customId);
    }
    if (line.refusal != null) {
      view.put("status", line.refusal.code().status());
      view.set("error", ErrorBody.error(line.refusal, exchange.requestId()));
    } else if (line.submission != null) {
      view.put("status", 202);
      view.set("job", JobView.accepted(line.submission));
    }
    return view;
  }

  private static ApiException tooManyLines() {
    return ApiException.of(
        ErrorCode.REQUEST_BODY_TOO_LARGE,
        "a request must not have more than "
            + MAX_LINES
            + " lines; this one and all after it"
            + " were not read");
  }

  /** A line that was read, and what became of it. */
  private static final class Line {
    private final @Nullable String customId;
    private final @Nullable MessageSubmitted submission;
    private final @Nullable CompletableFuture<Void> acknowledged;
    private @Nullable ApiException refusal;
    private boolean settled;

    private Line(
        @Nullable String customId,
        @Nullable MessageSubmitted submission,
        @Nullable CompletableFuture<Void> acknowledged,
        @Nullable ApiException refusal) {
      this.customId = customId;
      this.submission = submission;
      this.acknowledged = acknowledged;
      this.refusal = refusal;
    }

    private static Line refused(@Nullable String customId, ApiException refusal) {
      return new Line(customId, null, null, refusal);
    }
  }
}
