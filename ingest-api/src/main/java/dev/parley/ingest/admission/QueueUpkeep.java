package dev.parley.ingest.admission;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobIds;
import dev.parley.storage.JobStore;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.tenants.QueuedCounts;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps {@link QueuedJobs} true on a thread of its own: tells the other nodes of its counts every
 * second and hears theirs, and asks the store about jobs whose end this node may have missed.
 */
final class QueueUpkeep implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(QueueUpkeep.class);

  private static final Duration EXCHANGE_EVERY = Duration.ofSeconds(1);

  /** What others told counts for so many rounds after they were last heard of. */
  private static final int ROUNDS_BELIEVED = 10;

  private static final int ROUNDS_PER_CHECK = 10;

  /** Most jobs end before that, and are never asked about. */
  static final Duration ASK_AFTER = Duration.ofSeconds(30);

  /** What nothing is known of for so long counts as ended. */
  static final Duration FORGET_AFTER = Duration.ofHours(24);

  static final int BATCH = 1_000;
  private static final int BATCHES_PER_CHECK = 20;

  /** With very many jobs, most of them young, looking at each takes its time too. */
  static final int LOOKED_AT_PER_CHECK = 100_000;

  private final QueuedJobs queued;
  private final JobStore jobs;
  private final QueuedCounts others;
  private final Clock clock;
  private final CountDownLatch stop = new CountDownLatch(1);
  private Iterator<JobId> walk = Collections.emptyIterator();
  private int lookedAt;
  private int roundsUnheard;
  private @Nullable Thread thread;

  QueueUpkeep(QueuedJobs queued, JobStore jobs, QueuedCounts others, Clock clock) {
    this.queued = queued;
    this.jobs = jobs;
    this.others = others;
    this.clock = clock;
  }

  synchronized void start() {
    thread = Thread.ofVirtual().name("parley-queue-upkeep").start(this::run);
  }

  @Override
  public synchronized void close() {
    stop.countDown();
    if (thread != null) {
      thread.interrupt();
      thread = null;
    }
  }

  private void run() {
    try {
      for (int round = 1; !stop.await(EXCHANGE_EVERY.toMillis(), TimeUnit.MILLISECONDS); round++) {
        try {
          exchange();
          if (round % ROUNDS_PER_CHECK == 0) {
            check();
          }
        } catch (RuntimeException e) {
          // Whatever it was, the next round may go better, and without rounds jobs would leak.
          log.atWarn()
              .setMessage("queue counts not kept up")
              .addKeyValue("cause", String.valueOf(e.getMessage()))
              .log();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tells what is counted here and hears what is counted elsewhere. */
  void exchange() {
    try {
      queued.setElsewhere(others.exchange(queued.counts()));
      roundsUnheard = 0;
    } catch (StoreUnavailableException e) {
      // Each node for itself, once what was last heard is too old.
      if (++roundsUnheard >= ROUNDS_BELIEVED) {
        queued.setElsewhere(Map.of());
      }
    }
  }

  /** Goes on through the jobs from where it stopped, a part of them at a time. */
  void check() {
    Instant now = clock.instant();
    lookedAt = 0;
    for (int batch = 0; batch < BATCHES_PER_CHECK; batch++) {
      if (!walk.hasNext()) {
        walk = queued.iterator();
      }
      try {
        jobs.endedAmong(nextBatch(now)).forEach(queued::leave);
      } catch (StoreUnavailableException e) {
        return;
      }
      if (!walk.hasNext() || lookedAt >= LOOKED_AT_PER_CHECK) {
        return;
      }
    }
  }

  private List<JobId> nextBatch(Instant now) {
    List<JobId> old = new ArrayList<>();
    while (walk.hasNext() && old.size() < BATCH && lookedAt < LOOKED_AT_PER_CHECK) {
      JobId job = walk.next();
      lookedAt++;
      Instant mintedAt = JobIds.mintedAt(job);
      if (mintedAt == null || mintedAt.isBefore(now.minus(FORGET_AFTER))) {
        queued.leave(job);
      } else if (mintedAt.isBefore(now.minus(ASK_AFTER))) {
        old.add(job);
      }
    }
    return old;
  }
}
