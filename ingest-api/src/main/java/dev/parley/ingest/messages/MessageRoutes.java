package dev.parley.ingest.messages;

import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.Fields;
import dev.parley.ingest.http.RouteTable;
import dev.parley.ingest.jobs.JobIdentity;
import dev.parley.ingest.jobs.JobView;
import dev.parley.ingest.sessions.SessionDirectory;
import dev.parley.ingest.sessions.SessionIds;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission.MessageSubmitted;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;

/** Sending a message. */
public final class MessageRoutes implements RouteTable.Group {

  private final Submitter submitter;

  /**
   * @param createSessions whether sessions that are not there are always made
   * @param ackTimeout after which a message counts as not accepted
   */
  public MessageRoutes(
      SubmissionLog log,
      SessionDirectory sessions,
      JobIdentity identity,
      boolean createSessions,
      Clock clock,
      Duration ackTimeout) {
    this.submitter =
        new Submitter(
            log, sessions, identity, new MessageParser(createSessions), clock, ackTimeout);
  }

  @Override
  public void addTo(RouteTable table) {
    table.post("/sessions/{id}/message", Access.TENANT, this::submit);
  }

  private void submit(Exchange exchange) throws IOException, InterruptedException {
    SessionKey session = SessionIds.ofPath(exchange);
    MessageSubmitted submission = submitter.prepare(new Fields(exchange.jsonBody()), session);
    submitter.await(submitter.send(submission, exchange.header("traceparent")));
    exchange.header("location", "/jobs/" + submission.jobId().value());
    exchange.json(202, JobView.wrap(JobView.accepted(submission)));
  }
}
