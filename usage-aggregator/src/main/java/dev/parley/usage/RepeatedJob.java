package dev.parley.usage;

import dev.parley.runtime.Component;
import dev.parley.runtime.Health;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does the same again and again on a thread of its own, whatever fails in between. */
final class RepeatedJob implements Component {

  private static final Logger log = LoggerFactory.getLogger(RepeatedJob.class);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final String name;
  private final Duration interval;
  private final Clock clock;
  private final Work work;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Health health = Health.UP;
  private @Nullable Thread thread;

  /**
   * @param work is given the time; false: there is more to do at once
   */
  RepeatedJob(String name, Duration interval, Clock clock, Work work) {
    this.name = name;
    this.interval = interval;
    this.clock = clock;
    this.work = work;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public synchronized void start() {
    if (thread == null && closing.getCount() > 0) {
      Thread starting = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
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
        log.atWarn().setMessage(name + " did not stop in time").log();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      boolean done;
      do {
        done = tryOnce();
      } while (!closing.await(done ? interval.toMillis() : 0, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean tryOnce() {
    try {
      boolean done = work.run(clock.instant());
      health = Health.UP;
      return done;
    } catch (RuntimeException e) {
      String cause = e.getClass().getSimpleName() + ": " + e.getMessage();
      log.atWarn().setMessage(name + " wait").addKeyValue("cause", cause).log();
      health = Health.down(cause);
      return true;
    }
  }

  /** One round. */
  interface Work {
    boolean run(Instant now);
  }
}
