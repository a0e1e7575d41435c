package dev.parley.worker.turn;

import dev.parley.runtime.Component;
import dev.parley.runtime.Health;
import dev.parley.schemas.JobId;
import dev.parley.storage.JobStore;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.worker.turn.RunningTurns.RunningTurn;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the calls that are under way: marks those that last as in progress, and stops those
 * whose job was cancelled. A cancel is a write to the jobs table, so no message has to arrive for
 * it to work.
 */
final class TurnWatch implements Component {

  private static final Logger log = LoggerFactory.getLogger(TurnWatch.class);

  /** Calls shorter than this are never marked: that would double the writes of quick turns. */
  static final Duration MARK_AFTER = Duration.ofMillis(50);

  private static final Duration EVERY = Duration.ofMillis(100);

  /** Together with a round, what a cancel may take to stop a call: less than a second. */
  static final Duration RARELY = Duration.ofMillis(800);

  private static final int CHUNK = 2_000;

  private final RunningTurns running;
  private final JobStore jobs;
  private final InstantSource clock;
  private volatile boolean stopping;
  private @Nullable Thread thread;

  TurnWatch(RunningTurns running, JobStore jobs, InstantSource clock) {
    this.running = running;
    this.jobs = jobs;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "turn-watch";
  }

  @Override
  public synchronized void start() {
    thread = Thread.ofVirtual().name("turn-watch").start(this::run);
  }

  @Override
  public Health check() {
    return Health.UP;
  }

  @Override
  public synchronized void close() {
    stopping = true;
    if (thread != null) {
      thread.interrupt();
    }
  }

  private void run() {
    while (!stopping) {
      try {
        Thread.sleep(EVERY);
        lookOnce();
      } catch (InterruptedException e) {
        return;
      } catch (StoreUnavailableException e) {
        // Told by the database's own health; the next round tries again.
      } catch (RuntimeException e) {
        log.atWarn().setMessage("watching turns failed").setCause(e).log();
      }
    }
  }

  /** One round. Seen by tests. */
  void lookOnce() {
    Instant now = clock.instant();
    Instant longEnough = now.minus(MARK_AFTER);
    List<RunningTurn> due =
        running.all().stream()
            .filter(turn -> !turn.startedAt.isAfter(longEnough) && !turn.nextLook.isAfter(now))
            .toList();
    for (int from = 0; from < due.size(); from += CHUNK) {
      List<RunningTurn> chunk = due.subList(from, Math.min(due.size(), from + CHUNK));
      markStarted(chunk);
      List<JobId> ids = chunk.stream().map(turn -> turn.jobId).toList();
      for (JobId cancelled : jobs.cancelledAmong(ids)) {
        RunningTurn turn = running.find(cancelled);
        if (turn != null) {
          turn.cancel();
        }
      }
      chunk.forEach(turn -> turn.nextLook = now.plus(untilNextLook(turn, now)));
    }
  }

  /** Long calls are looked after less often, so that thousands of them cost a few statements. */
  private static Duration untilNextLook(RunningTurn turn, Instant now) {
    Duration age = Duration.between(turn.startedAt, now);
    return age.compareTo(RARELY) > 0 ? RARELY : age;
  }

  private void markStarted(List<RunningTurn> turns) {
    List<RunningTurn> unmarked = new ArrayList<>();
    for (RunningTurn turn : turns) {
      if (turn.claimMark()) {
        unmarked.add(turn);
      }
    }
    if (unmarked.isEmpty()) {
      return;
    }
    try {
      jobs.markStarted(
          unmarked.stream()
              .map(turn -> new JobStore.Started(turn.jobId, turn.attempt, turn.startedAt))
              .toList());
    } catch (RuntimeException e) {
      unmarked.forEach(RunningTurn::unmark);
      throw e;
    }
  }
}
