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
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.storage.Job;
import dev.parley.storage.SessionStore;
import dev.parley.storage.StoreUnavailableException;
import java.io.IOException;
import java.time.Duration;

/** Sending a message. */
public final class MessageRoutes implements RouteTable.Group {

  private final Submitter submitter;
  private final JobAwait await;
  private final JobEvents events;
  private final Replies replies;

  public MessageRoutes(Submitter submitter, JobAwait await, JobEvents events, SessionStore store) {
    this.submitter = submitter;
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
    Fields body = new Fields(exchange.jsonBody());
    boolean stream = streamAsked(exchange, body);
    Duration wait = Preference.wait(exchange);
    MessageSubmitted submission = submitter.prepare(body, session);
    String traceparent = exchange.header("traceparent");
    exchange.header("location", "/jobs/" + submission.jobId().value());
    if (stream) {
      submitter.await(submitter.send(submission, traceparent));
      events.stream(exchange, submission.jobId());
    } else if (wait != null && wait.isPositive()) {
      try (JobWaiters.Waiter waiter = await.register(submission.jobId())) {
        submitter.await(submitter.send(submission, traceparent));
        answerInTime(exchange, submission, wait, waiter);
      }
    } else {
      submitter.await(submitter.send(submission, traceparent));
      accepted(exchange, submission);
    }
  }

  private void answerInTime(
      Exchange exchange, MessageSubmitted submission, Duration wait, JobWaiters.Waiter waiter)
      throws IOException, InterruptedException {
    ObjectNode ended;
    try {
      Job job = await.untilEnded(submission.tenantId(), submission.jobId(), wait, waiter);
      ended = job == null ? null : replies.render(job, submission.sessionKey());
    } catch (StoreUnavailableException e) {
      // It was accepted, whatever can be told about it now.
      ended = null;
    }
    if (ended == null) {
      accepted(exchange, submission);
    } else {
      Preference.applied(exchange, wait);
      exchange.json(200, ended);
    }
  }

  private static void accepted(Exchange exchange, MessageSubmitted submission) throws IOException {
    exchange.json(202, JobView.wrap(JobView.accepted(submission)));
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
