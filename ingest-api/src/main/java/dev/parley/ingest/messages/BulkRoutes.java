package dev.parley.ingest.messages;

import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.Bodies;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.Fields;
import dev.parley.ingest.http.RouteTable;
import dev.parley.ingest.messages.AnswerLines.AcceptedJob;
import dev.parley.ingest.sessions.SessionIds;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.storage.RefusedException;
import dev.parley.storage.StoreUnavailableException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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

  private static final String NDJSON = "application/x-ndjson";
  private static final int MAX_CUSTOM_ID = 256;

  /** Of one request, so that several have room in what the log holds for all. */
  private static final long MAX_BYTES_ON_THE_WAY = 4 * 1024 * 1024;

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
    AnswerLines answers = new AnswerLines(out, exchange.requestId());
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      settle(line);
      if (line.refusal != null) {
        answers.refused(i, line.customId, line.refusal);
      } else {
        answers.accepted(i, line.customId, Objects.requireNonNull(line.job));
      }
    }
    answers.end();
  }

  private List<Line> readAll(Exchange exchange) throws IOException, InterruptedException {
    LineReader reader = new LineReader(exchange.bodyStream(), maxLineBytes, MAX_BYTES);
    String traceparent = exchange.header("traceparent");
    List<Line> lines = new ArrayList<>();
    int settled = 0;
    long onTheWay = 0;
    while (true) {
      while (onTheWay > MAX_BYTES_ON_THE_WAY) {
        Line oldest = lines.get(settled++);
        settle(oldest);
        onTheWay -= oldest.bytes;
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
          Line line = begin(exchange, text, traceparent);
          lines.add(line);
          onTheWay += line.bytes;
        }
      }
    }
  }

  private Line begin(Exchange exchange, LineReader.Text text, @Nullable String traceparent) {
    String customId = null;
    try {
      Fields fields = new Fields(Bodies.parse(text.bytes(), text.from(), text.to()));
      customId = fields.string("customId", MAX_CUSTOM_ID);
      SessionId session = SessionIds.find(fields, "sessionId");
      if (session == null) {
        throw ApiException.at(ErrorCode.INVALID_SESSION_ID, "sessionId", "sessionId is required");
      }
      MessageSubmitted submission =
          submitter.prepare(fields, new SessionKey(exchange.tenant(), session));
      return new Line(
          customId,
          text.to() - text.from(),
          AcceptedJob.of(submission),
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
    private final int bytes;
    private final @Nullable AcceptedJob job;
    private final @Nullable CompletableFuture<Void> acknowledged;
    private @Nullable ApiException refusal;
    private boolean settled;

    private Line(
        @Nullable String customId,
        int bytes,
        @Nullable AcceptedJob job,
        @Nullable CompletableFuture<Void> acknowledged,
        @Nullable ApiException refusal) {
      this.customId = customId;
      this.bytes = bytes;
      this.job = job;
      this.acknowledged = acknowledged;
      this.refusal = refusal;
    }

    private static Line refused(@Nullable String customId, ApiException refusal) {
      return new Line(customId, 0, null, null, refusal);
    }
  }
}
