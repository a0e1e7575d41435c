package dev.parley.usage.exports;

import dev.parley.runtime.Component;
import dev.parley.runtime.Health;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the exports up to date, again and again, whatever fails in between. */
public final class ExportJob implements Component {

  private static final Logger log = LoggerFactory.getLogger(ExportJob.class);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final Exports exports;
  private final Duration interval;
  private final Clock clock;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Health health = Health.UP;
  private @Nullable Thread thread;

  public ExportJob(Exports exports, Duration interval, Clock clock) {
    this.exports = exports;
    this.interval = interval;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "exports";
  }

  @Override
  public synchronized void start() {
    if (thread == null && closing.getCount() > 0) {
      Thread starting = Thread.ofPlatform().name("exports").daemon().unstarted(this::run);
      thread = starting;
      starting.start();
    }
  }

  @Override
  public Health check() {
    return health;
  }

  @Override
  public void close() {
    closing.countDown();
    Thread running;
    synchronized (this) {
      running = thread;
    }
    if (running == null) {
      return;
    }
    try {
      if (!running.join(CLOSE_TIMEOUT)) {
        log.atWarn().setMessage("exports did not stop in time").log();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      do {
        catchUp();
      } while (!closing.await(interval.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void catchUp() {
    try {
      exports.catchUp(clock.instant());
      health = Health.UP;
    } catch (RuntimeException e) {
      String cause = e.getClass().getSimpleName() + ": " + e.getMessage();
      log.atWarn().setMessage("exports wait").addKeyValue("cause", cause).log();
      health = Health.down(cause);
    }
  }
}
