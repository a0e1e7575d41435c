package dev.parley.ingest.messages;

import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.Bodies;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.Fields;
import dev.parley.ingest.http.RouteTable;
import dev.parley.ingest.sessions.SessionIds;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.storage.RefusedException;
import dev.parley.storage.StoreUnavailableException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sending many messages at once, a line each, with a line each for an answer.
 *
 * <p>Lines are sent as they are read; how many may be on their way at once is bounded, so a client
 * that is quicker than the log is held up at its socket. Answers are sent once all is read: many
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
    AnswerLines answers = new AnswerLines(exchange.requestId());
    Lines lines = new Lines(answers);
    readAll(exchange, lines);
    lines.answerAll();
    answers.writeTo(exchange.stream(200, NDJSON));
  }

  private void readAll(Exchange exchange, Lines lines) throws IOException, InterruptedException {
    LineReader reader = new LineReader(exchange.bodyStream(), maxLineBytes, MAX_BYTES);
    String traceparent = exchange.header("traceparent");
    while (true) {
      LineReader.Line read;
      try {
        read = reader.next();
      } catch (ApiException tooSlow) {
        // What came before is on its way and has its answers; what comes after is not read.
        lines.add(new Refused(null, tooSlow));
        return;
      }
      switch (read) {
        case LineReader.End _ -> {
          return;
        }
        case LineReader.Blank _ -> {}
        case LineReader.TooLong _ -> lines.add(new Refused(null, Bodies.tooLarge(maxLineBytes)));
        case LineReader.TotalTooLong _ -> {
          lines.add(new Refused(null, Bodies.tooLarge(MAX_BYTES)));
          return;
        }
        case LineReader.Text text -> {
          if (lines.count() == MAX_LINES) {
            lines.add(new Refused(null, tooManyLines()));
            return;
          }
          lines.add(begin(exchange, text, traceparent));
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
      return new Sent(
          customId,
          text.to() - text.from(),
          submission,
          submitter.send(submission, traceparent, SubmissionLog.Pace.BULK));
    } catch (ApiException e) {
      return new Refused(customId, e);
    } catch (RefusedException e) {
      return new Refused(
          customId, ApiException.of(ErrorCode.INVALID_REQUEST, "the store will not hold this"));
    } catch (StoreUnavailableException e) {
      return new Refused(customId, Submitter.unavailable());
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
  private sealed interface Line {}

  private record Sent(
      @Nullable String customId,
      int bytes,
      MessageSubmitted message,
      CompletableFuture<Void> acknowledged)
      implements Line {}

  private record Refused(@Nullable String customId, ApiException why) implements Line {}

  /**
   * The lines of one request that have no answer yet. Answers are made in the lines' order, each as
   * soon as it can be, so that no more is kept of a line than its answer. For one thread.
   */
  private final class Lines {
    private final Deque<Line> waiting = new ArrayDeque<>();
    private final AnswerLines answers;
    private int count;
    private long onTheWay;

    private Lines(AnswerLines answers) {
      this.answers = answers;
    }

    private int count() {
      return count;
    }

    /** Waits while too much is on its way. */
    private void add(Line line) throws InterruptedException {
      waiting.add(line);
      count++;
      if (line instanceof Sent sent) {
        onTheWay += sent.bytes;
      }
      while (!waiting.isEmpty() && (onTheWay > MAX_BYTES_ON_THE_WAY || oldestIsSettled())) {
        answerOldest();
      }
    }

    private boolean oldestIsSettled() {
      return !(waiting.getFirst() instanceof Sent sent) || sent.acknowledged.isDone();
    }

    /** Waits until all are durable, or known not to be. */
    private void answerAll() throws InterruptedException {
      while (!waiting.isEmpty()) {
        answerOldest();
      }
    }

    private void answerOldest() throws InterruptedException {
      switch (waiting.removeFirst()) {
        case Refused refused -> answers.refused(refused.customId, refused.why);
        case Sent sent -> {
          onTheWay -= sent.bytes;
          try {
            submitter.await(sent.acknowledged);
            answers.accepted(sent.customId, sent.message);
          } catch (ApiException e) {
            answers.refused(sent.customId, e);
          }
        }
      }
    }
  }
}
