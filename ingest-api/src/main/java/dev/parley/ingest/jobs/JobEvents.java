package dev.parley.ingest.jobs;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.Query;
import dev.parley.ingest.sessions.SessionView;
import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.storage.Job;
import dev.parley.storage.JobStore;
import dev.parley.storage.Session;
import dev.parley.storage.SessionStore;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.live.LiveEvent;
import dev.parley.storage.live.LiveEvents;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells what becomes of a job as server-sent events: what its call says while it runs, as far as
 * that is kept, and always how it ended, which stands in the books.
 */
public final class JobEvents {

  /** What a client that does not read keeps in memory, and there may be thousands of them. */
  private static final int PAGE = 64;

  /** How long an end can go unnoticed whose signal was missed, of a job that has just moved. */
  private static final Duration RECHECK = Duration.ofSeconds(1);

  /** The same, of one that nothing was heard of for long: thousands may listen to waiting jobs. */
  private static final Duration LAZY_RECHECK = Duration.ofSeconds(5);

  private final JobStore jobs;
  private final SessionStore sessions;
  private final LiveEvents live;
  private final JobWaiters waiters;
  private final Clock clock;

  public JobEvents(
      JobStore jobs, SessionStore sessions, LiveEvents live, JobWaiters waiters, Clock clock) {
    this.jobs = jobs;
    this.sessions = sessions;
    this.live = live;
    this.waiters = waiters;
    this.clock = clock;
  }

  /** Streams a job's events until its end. The job is known to have been accepted. */
  public void stream(Exchange exchange, JobId id) throws IOException, InterruptedException {
    exchange.header("cache-control", "no-cache").header("x-accel-buffering", "no");
    EventStream stream =
        new EventStream(exchange.stream(200, "text/event-stream"), id, lastEventId(exchange));
    stream.comment();
    try (JobWaiters.Waiter waiter = waiters.register(id);
        LiveEvents.Subscription _ = live.subscribe(id, event -> waiter.hint())) {
      boolean look = true;
      long lookAt = 0;
      Duration recheck = RECHECK;
      while (!waiters.isClosed()) {
        Job job = look ? find(exchange.tenant(), id) : null;
        if (look) {
          lookAt = System.nanoTime() + recheck.toNanos();
        }
        // What was said before the end was written is all there by now.
        boolean moved = sendLive(stream, id);
        if (job != null && job.status().isFinal()) {
          sendEnd(stream, job);
          return;
        }
        stream.keepAlive();
        Duration quiet = stream.untilKeepAlive();
        waiter.await(quiet.compareTo(recheck) < 0 ? quiet : recheck);
        recheck = moved ? RECHECK : longer(recheck);
        look = waiter.takeSignal() || System.nanoTime() >= lookAt;
      }
    }
  }

  private static Duration longer(Duration recheck) {
    Duration twice = recheck.multipliedBy(2);
    return twice.compareTo(LAZY_RECHECK) < 0 ? twice : LAZY_RECHECK;
  }

  /**
   * @return whether there was anything new
   */
  private boolean sendLive(EventStream stream, JobId id) throws IOException {
    long before = stream.last();
    List<LiveEvent> events;
    do {
      events = live.read(id, stream.last(), PAGE);
      for (LiveEvent event : events) {
        stream.send(event);
      }
      if (!events.isEmpty()) {
        stream.flush();
      }
    } while (events.size() == PAGE);
    return stream.last() != before;
  }

  /** Whoever listens goes on listening while the store is away. */
  private @Nullable Job find(TenantId tenant, JobId id) {
    try {
      return jobs.find(tenant, id);
    } catch (StoreUnavailableException e) {
      return null;
    }
  }

  private void sendEnd(EventStream stream, Job job) throws IOException {
    Instant endedAt = job.completedAt() == null ? clock.instant() : job.completedAt();
    Instant startedAt = job.startedAt();
    if (startedAt != null && job.compaction() == null) {
      // The same numbers that the worker's own events have, so they go out only when those did not.
      ObjectNode nothing = JsonNodeFactory.instance.objectNode();
      stream.send(
          new LiveEvent(LiveEvent.sequence(1, 1), "session.message.started", startedAt, nothing));
      stream.send(new LiveEvent(LiveEvent.sequence(1, 2), "response.started", startedAt, nothing));
    }
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    String type =
        switch (job.status()) {
          case COMPLETED -> {
            if (job.response() != null) {
              data.set("response", JobView.response(job.response()));
            }
            if (job.compaction() != null) {
              data.set("compaction", JobView.compaction(job.compaction()));
            }
            ObjectNode session = session(job);
            if (session != null) {
              data.set("session", session);
            }
            yield "response.completed";
          }
          case FAILED -> {
            data.set("error", JobView.render(job).path("error"));
            yield "response.error";
          }
          case CANCELLED -> "response.cancelled";
          case EXPIRED -> "response.expired";
          case QUEUED, IN_PROGRESS -> throw new IllegalArgumentException("the job has not ended");
        };
    stream.sendEnd(LiveEvent.sequence(job.attempts() + 1, 0), type, endedAt, data);
    stream.flush();
  }

  private @Nullable ObjectNode session(Job job) {
    if (job.sessionId() == null) {
      return null;
    }
    try {
      Session session = sessions.find(new SessionKey(job.tenantId(), job.sessionId()));
      return session == null ? null : SessionView.render(session);
    } catch (StoreUnavailableException e) {
      return null;
    }
  }

  private static long lastEventId(Exchange exchange) {
    String id = exchange.header("last-event-id");
    return id == null ? 0 : Math.max(0, Query.parseOffset(id.strip()));
  }
}
