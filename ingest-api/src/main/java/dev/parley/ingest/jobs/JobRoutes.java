package dev.parley.ingest.jobs;

import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.Listing;
import dev.parley.ingest.http.Preference;
import dev.parley.ingest.http.Query;
import dev.parley.ingest.http.RouteTable;
import dev.parley.ingest.sessions.SessionIds;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobIds;
import dev.parley.schemas.JobStatus;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore;
import dev.parley.storage.Page;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reading jobs, waiting for them, listening to them and cancelling them. */
public final class JobRoutes implements RouteTable.Group {

  private static final int DEFAULT_LIMIT = 20;

  private static final Duration LATE_CANCEL = Duration.ofSeconds(2);

  private final JobStore store;
  private final JobLookup jobs;
  private final JobAwait await;
  private final JobEvents events;
  private final Consumer<JobId> ended;
  private final Clock clock;

  /**
   * @param ended told of jobs that were cancelled
   */
  public JobRoutes(
      JobStore store,
      JobLookup jobs,
      JobAwait await,
      JobEvents events,
      Consumer<JobId> ended,
      Clock clock) {
    this.store = store;
    this.jobs = jobs;
    this.await = await;
    this.events = events;
    this.ended = ended;
    this.clock = clock;
  }

  @Override
  public void addTo(RouteTable table) {
    table
        .get("/jobs/{id}", Access.TENANT, this::read)
        .get("/jobs", Access.TENANT, this::list)
        .get("/jobs/{id}/events", Access.TENANT, this::listen)
        .post("/jobs/{id}/cancel", Access.TENANT, this::cancel);
  }

  private void read(Exchange exchange) throws IOException, InterruptedException {
    JobId id = JobLookup.parse(exchange.pathParam("id"));
    Duration wait = Preference.wait(exchange);
    Job job = jobs.find(exchange.tenant(), id);
    if (wait != null && wait.isPositive()) {
      if (job == null || !job.status().isFinal()) {
        job = waitFor(exchange, id, wait);
      }
      Preference.applied(exchange, wait);
    }
    exchange.json(200, JobView.wrap(jobs.view(exchange.tenant(), id, job)));
  }

  private @Nullable Job waitFor(Exchange exchange, JobId id, Duration wait)
      throws InterruptedException {
    try (JobWaiters.Waiter waiter = await.register(id)) {
      // It may have ended before anybody listened.
      Job now = store.find(exchange.tenant(), id);
      if (now != null && now.status().isFinal()) {
        return now;
      }
      Job ended = await.untilEnded(exchange.tenant(), id, wait, waiter);
      return ended == null ? store.find(exchange.tenant(), id) : ended;
    }
  }

  private void list(Exchange exchange) throws IOException {
    Query query = exchange.query();
    String session = query.find("sessionId", ErrorCode.INVALID_SESSION_ID);
    JobStore.JobQuery asked =
        new JobStore.JobQuery(
            exchange.tenant(),
            session == null ? null : SessionIds.parse("sessionId", session),
            status(query),
            query.find("cursor", ErrorCode.INVALID_CURSOR),
            query.limit(DEFAULT_LIMIT));
    Map<JobId, Integer> positions = new HashMap<>();
    exchange.json(
        200,
        Listing.body(
            "jobs",
            () -> {
              Page<Job> page = store.list(asked);
              positions.putAll(jobs.queuePositions(exchange.tenant(), page.items()));
              return page;
            },
            job -> JobView.render(job, positions.get(job.id()))));
  }

  private static @Nullable JobStatus status(Query query) {
    String value = query.find("status");
    if (value == null) {
      return null;
    }
    for (JobStatus status : JobStatus.values()) {
      if (status.wireName().equals(value)) {
        return status;
      }
    }
    throw ApiException.at(
        ErrorCode.INVALID_REQUEST,
        "status",
        "status must be queued, in_progress, completed, failed, cancelled or expired");
  }

  private void listen(Exchange exchange) throws IOException, InterruptedException {
    JobId id = JobLookup.parse(exchange.pathParam("id"));
    Job known = jobs.find(exchange.tenant(), id);
    events.stream(exchange, known == null ? id : known.id());
  }

  /**
   * A job whose end is being written just then cannot be cancelled any more: it is waited for, so
   * that the answer says how it ended.
   */
  private void cancel(Exchange exchange) throws IOException, InterruptedException {
    JobId id = JobLookup.parse(exchange.pathParam("id"));
    Job known = jobs.find(exchange.tenant(), id);
    Instant now = clock.instant();
    if (known == null || !known.status().isFinal()) {
      Instant mintedAt = JobIds.mintedAt(id);
      known = store.cancel(exchange.tenant(), id, mintedAt == null ? now : mintedAt, now);
      if (known.status().isFinal()) {
        ended.accept(id);
      } else {
        Job late = waitFor(exchange, id, LATE_CANCEL);
        known = late == null ? known : late;
      }
    }
    exchange.json(200, JobView.wrap(JobView.render(known)));
  }
}
