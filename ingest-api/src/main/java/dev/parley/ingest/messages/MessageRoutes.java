package dev.parley.ingest.messages;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.Fields;
import dev.parley.ingest.http.Preference;
import dev.parley.ingest.http.RouteTable;
import dev.parley.ingest.jobs.JobAwait;
import dev.parley.ingest.jobs.JobEvents;
import dev.parley.ingest.jobs.JobView;
import dev.parley.ingest.jobs.JobWaiters;
import dev.parley.ingest.sessions.SessionIds;
import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.storage.IdempotencyStore;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore;
import dev.parley.storage.SessionStore;
import dev.parley.storage.StoreUnavailableException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Sending a message. */
public final class MessageRoutes implements RouteTable.Group {

  private final Submitter submitter;
  private final KeyedIntake keyed;
  private final JobAwait await;
  private final JobEvents events;
  private final Replies replies;

  public MessageRoutes(
      Submitter submitter,
      IdempotencyStore keys,
      JobStore jobs,
      JobAwait await,
      JobEvents events,
      SessionStore store,
      Clock clock) {
    this.submitter = submitter;
    this.keyed = new KeyedIntake(submitter, keys, jobs, clock);
    this.await = await;
    this.events = events;
    this.replies = new Replies(store);
  }

  @Override
  public void addTo(RouteTable table) {
    table.post("/sessions/{id}/message", Access.TENANT, this::submit);
  }

  private void submit(Exchange exchange) throws IOException, InterruptedException {
    SessionKey session = SessionIds.ofPath(exchange);
    String key = IdempotencyKey.of(exchange);
    Fields body = new Fields(exchange.jsonBody());
    boolean stream = streamAsked(exchange, body);
    Duration wait = Preference.wait(exchange);
    Intake intake = begin(exchange, key, body, session);
    JobId job = intake.submission().jobId();
    if (stream) {
      send(exchange, intake);
      events.stream(exchange, job);
    } else if (wait != null && wait.isPositive()) {
      try (JobWaiters.Waiter waiter = await.register(job)) {
        send(exchange, intake);
        answerInTime(exchange, intake, wait, waiter);
      }
    } else {
      send(exchange, intake);
      accepted(exchange, intake);
    }
  }

  /** Only what was accepted has a place where it can be found. */
  private static void send(Exchange exchange, Intake intake) throws InterruptedException {
    intake.send();
    exchange.header("location", "/jobs/" + intake.submission().jobId().value());
    if (intake.replayed()) {
      exchange.header("idempotent-replayed", "true");
    }
  }

  private Intake begin(Exchange exchange, @Nullable String key, Fields body, SessionKey session)
      throws IOException, InterruptedException {
    String traceparent = exchange.header("traceparent");
    return key == null
        ? new PlainIntake(submitter, submitter.prepare(body, session), traceparent)
        : keyed.begin(
            IdempotencyKey.request(key, session, body.object()), body, session, traceparent);
  }

  private void answerInTime(
      Exchange exchange, Intake intake, Duration wait, JobWaiters.Waiter waiter)
      throws IOException, InterruptedException {
    MessageSubmitted submission = intake.submission();
    ObjectNode ended;
    try {
      Job known = intake.known();
      Job job =
          known != null && known.status().isFinal()
              ? known
              : await.untilEnded(submission.tenantId(), submission.jobId(), wait, waiter);
      ended = job == null ? null : replies.render(job, submission.sessionKey());
    } catch (StoreUnavailableException e) {
      // It was accepted, whatever can be told about it now.
      ended = null;
    }
    if (ended == null) {
      accepted(exchange, intake);
    } else {
      Preference.applied(exchange, wait);
      exchange.json(200, ended);
    }
  }

  private static void accepted(Exchange exchange, Intake intake) throws IOException {
    Job known = intake.known();
    exchange.json(
        202,
        JobView.wrap(
            known == null ? JobView.accepted(intake.submission()) : JobView.render(known)));
  }

  /** A message without a key. */
  private record PlainIntake(
      Submitter submitter, MessageSubmitted submission, @Nullable String traceparent)
      implements Intake {
    @Override
    public boolean replayed() {
      return false;
    }

    @Override
    public @Nullable Job known() {
      return null;
    }

    @Override
    public void send() throws InterruptedException {
      submitter.await(submitter.send(submission, traceparent, SubmissionLog.Pace.SINGLE));
    }
  }

  /** By the query alone, or by the body for clients that take events. */
  private static boolean streamAsked(Exchange exchange, Fields body) {
    String query = exchange.query().find("stream");
    if (query != null && !query.equals("true") && !query.equals("false")) {
      throw ApiException.at(ErrorCode.INVALID_REQUEST, "stream", "stream must be true or false");
    }
    if (query != null) {
      return query.equals("true");
    }
    String accept = exchange.header("accept");
    return body.flag("stream") && accept != null && accept.contains("text/event-stream");
  }
}
