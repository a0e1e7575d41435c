package dev.parley.worker.turn;

import dev.parley.schemas.JobId;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The turns whose provider call is under way in this worker. Thread-safe. */
final class RunningTurns {

  private final Map<JobId, RunningTurn> byJob = new ConcurrentHashMap<>();

  /** Begins a call on the current thread; {@link RunningTurn#end} must follow on the same one. */
  RunningTurn begin(JobId jobId, int attempt, Instant startedAt) {
    RunningTurn turn = new RunningTurn(this, jobId, attempt, startedAt, Thread.currentThread());
    byJob.put(jobId, turn);
    return turn;
  }

  Collection<RunningTurn> all() {
    return byJob.values();
  }

  @Nullable RunningTurn find(JobId jobId) {
    return byJob.get(jobId);
  }

  private void remove(RunningTurn turn) {
    byJob.remove(turn.jobId, turn);
  }

  /**
   * One call.
   *
   * <p>INVARIANT: the interrupt of a cancel reaches the calling thread only between begin and end,
   * so that it can never hit the writing of the turn's end.
   */
  static final class RunningTurn {
    private final RunningTurns registry;
    final JobId jobId;
    final int attempt;
    final Instant startedAt;
    private final Thread caller;

    /** When the watch looks after it next; the watch alone reads and writes it. */
    Instant nextLook = Instant.MIN;

    private boolean ended;
    private boolean cancelled;
    private boolean markedStarted;

    private RunningTurn(
        RunningTurns registry, JobId jobId, int attempt, Instant startedAt, Thread caller) {
      this.registry = registry;
      this.jobId = jobId;
      this.attempt = attempt;
      this.startedAt = startedAt;
      this.caller = caller;
    }

    /** Stops the call. By any thread; does nothing once the call has ended. */
    synchronized void cancel() {
      if (!ended && !cancelled) {
        cancelled = true;
        caller.interrupt();
      }
    }

    /** Whether it still has to be marked as in progress; answers true once. */
    synchronized boolean claimMark() {
      boolean first = !markedStarted && !ended;
      markedStarted = true;
      return first;
    }

    /** Lets a mark that did not reach the store be made again. */
    synchronized void unmark() {
      markedStarted = false;
    }

    /**
     * The call has ended, however.
     *
     * @return whether it was cancelled; the interrupt that said so has been taken back
     */
    @SuppressWarnings("ThreadInterruptedInsteadOfIsInterrupted")
    synchronized boolean end() {
      ended = true;
      registry.remove(this);
      if (cancelled) {
        // An interrupt of the engine that came at the same moment is lost with it. What follows is
        // only the writing of the end, which the attempt fences, and the engine's patience ends.
        Thread.interrupted();
      }
      return cancelled;
    }
  }
}
