package dev.parley.worker.live;

import dev.parley.runtime.Component;
import dev.parley.runtime.Health;
import dev.parley.schemas.JobId;
import dev.parley.storage.live.LiveEvents;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes a reporter for each call and sees to it that text which waits to be bundled does not wait
 * for long.
 */
public final class LiveReporter implements Component {

  private static final Duration BUNDLE = Duration.ofMillis(50);

  private final LiveEvents events;
  private final Clock clock;
  private final Set<CallReport> open = ConcurrentHashMap.newKeySet();
  private @Nullable Thread thread;

  public LiveReporter(LiveEvents events, Clock clock) {
    this.events = events;
    this.clock = clock;
  }

  /**
   * A report of one call; {@link CallReport#close()} must follow.
   *
   * @param eventsBefore how many events earlier calls of the same attempt have told
   */
  public CallReport open(JobId jobId, int attempt, int eventsBefore) {
    CallReport report = new CallReport(jobId, attempt, eventsBefore, events, clock, open::remove);
    open.add(report);
    return report;
  }

  @Override
  public String name() {
    return "live-events";
  }

  @Override
  public synchronized void start() {
    thread = Thread.ofVirtual().name("live-events").start(this::run);
  }

  @Override
  public Health check() {
    return Health.UP;
  }

  @Override
  public synchronized void close() {
    if (thread != null) {
      thread.interrupt();
    }
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(BUNDLE);
        open.forEach(CallReport::flush);
      }
    } catch (InterruptedException e) {
      // closed
    }
  }
}
