package dev.parley.ingest.compaction;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.Fields;
import dev.parley.ingest.http.Preference;
import dev.parley.ingest.http.RouteTable;
import dev.parley.ingest.http.TenantCheck;
import dev.parley.ingest.jobs.JobAwait;
import dev.parley.ingest.jobs.JobView;
import dev.parley.ingest.jobs.JobWaiters;
import dev.parley.ingest.messages.Submitter;
import dev.parley.ingest.sessions.SessionIds;
import dev.parley.ingest.sessions.SessionView;
import dev.parley.ingest.sessions.Strategies;
import dev.parley.schemas.Compaction;
import dev.parley.schemas.CompactionStrategy;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobIds;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.Submission.CompactionRequested;
import dev.parley.storage.Job;
import dev.parley.storage.Session;
import dev.parley.storage.SessionStore;
import dev.parley.storage.StoreUnavailableException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Compacting a session. It takes its turn among the session's messages, so it is a job; one that
 * calls no model is waited for, as it is done within moments unless there are messages before it.
 */
public final class CompactRoutes implements RouteTable.Group {

  private static final int MAX_MESSAGES = 1_000_000;
  private static final int MAX_TOKENS = 100_000_000;

  private static final Duration SLIDING_WINDOW_WAIT = Duration.ofSeconds(10);

  private final Submitter submitter;
  private final SessionStore sessions;
  private final JobAwait await;
  private final Clock clock;

  public CompactRoutes(Submitter submitter, SessionStore sessions, JobAwait await, Clock clock) {
    this.submitter = submitter;
    this.sessions = sessions;
    this.await = await;
    this.clock = clock;
  }

  @Override
  public void addTo(RouteTable table) {
    table.post("/sessions/{id}/compact", Access.TENANT, this::compact);
  }

  private void compact(Exchange exchange) throws IOException, InterruptedException {
    SessionKey key = SessionIds.ofPath(exchange);
    Fields body = new Fields(exchange.optionalJsonBody());
    Duration asked = Preference.wait(exchange);
    CompactionRequested request = request(body, key);
    Duration wait = asked == null ? defaultWait(request.strategy()) : asked;
    try (JobWaiters.Waiter waiter = await.register(request.jobId())) {
      submitter.accept(request, exchange.header("traceparent"));
      exchange.header("location", "/jobs/" + request.jobId().value());
      Job ended = wait.isPositive() ? ended(request, wait, waiter) : null;
      if (ended == null) {
        exchange.json(202, JobView.wrap(JobView.accepted(request)));
        return;
      }
      ObjectNode view = view(ended, key);
      if (asked != null) {
        Preference.applied(exchange, asked);
      }
      exchange.json(200, view);
    }
  }

  private CompactionRequested request(Fields body, SessionKey key) {
    TenantCheck.check(body, key.tenantId());
    CompactionStrategy given = Strategies.find(body, "strategy");
    CompactionStrategy strategy = given == null ? CompactionStrategy.SLIDING_WINDOW : given;
    // beside a summary there is always the newest message
    int fewest = strategy == CompactionStrategy.SUMMARISE ? 2 : 1;
    ErrorCode code = ErrorCode.INVALID_COMPACT_LIMIT;
    Integer maxMessages = body.integer("maxMessages", fewest, MAX_MESSAGES, code);
    Integer maxTokens = body.integer("maxTokens", 1, MAX_TOKENS, code);
    Session session = sessions.find(key);
    if (session == null) {
      throw SessionIds.notFound();
    }
    JobId job = submitter.mint(key.tenantId());
    Instant mintedAt = JobIds.mintedAt(job);
    return new CompactionRequested(
        job,
        key.tenantId(),
        key.sessionId(),
        mintedAt == null ? clock.instant() : mintedAt,
        strategy,
        maxMessages,
        maxTokens,
        session.incarnation());
  }

  private static Duration defaultWait(CompactionStrategy strategy) {
    return switch (strategy) {
      case SLIDING_WINDOW -> SLIDING_WINDOW_WAIT;
      case SUMMARISE -> Duration.ZERO;
    };
  }

  private @Nullable Job ended(CompactionRequested request, Duration wait, JobWaiters.Waiter waiter)
      throws InterruptedException {
    try {
      return await.untilEnded(request.tenantId(), request.jobId(), wait, waiter);
    } catch (StoreUnavailableException e) {
      // It was accepted, whatever can be told about it now.
      return null;
    }
  }

  /** With the job where it came to nothing, which tells why. */
  private ObjectNode view(Job job, SessionKey key) {
    Session session = sessions.find(key);
    if (session == null) {
      throw SessionIds.notFound();
    }
    Compaction compaction = job.compaction();
    ObjectNode view = JsonNodeFactory.instance.objectNode();
    view.put("compacted", compaction != null && compaction.compacted());
    view.put("removedCount", compaction == null ? 0 : compaction.removedCount());
    view.set("session", SessionView.render(session));
    if (compaction == null) {
      view.set("job", JobView.render(job));
    }
    return view;
  }
}
