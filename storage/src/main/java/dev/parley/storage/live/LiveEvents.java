package dev.parley.storage.live;

import dev.parley.schemas.JobId;
import java.util.List;
import java.util.function.Consumer;

/**
 * Carries events from the worker that runs a job to whoever watches it, on any node. Best effort:
 * when what is behind it is away, events are dropped, and watchers still learn of the end from the
 * books. Safe for use by many threads.
 */
public interface LiveEvents {

  /** Hands events over, in order of their sequence. Neither blocks nor throws. */
  void append(JobId jobId, List<LiveEvent> events);

  /**
   * The kept events after a sequence, oldest first; empty when there are none or they cannot be
   * reached.
   *
   * @param after 0 for all
   */
  List<LiveEvent> read(JobId jobId, long after, int limit);

  /**
   * Hears of a job's events from now on, until closed. The same event may be heard and be among
   * those that {@link #read} gives: whoever does both goes by the sequence.
   *
   * @param listener called on a thread of the implementation's own; must not block
   */
  Subscription subscribe(JobId jobId, Consumer<LiveEvent> listener);

  /** Ends with {@link #close()}, which may be called more than once. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  /** Drops everything: for deployments without Redis. */
  LiveEvents NONE =
      new LiveEvents() {
        @Override
        public void append(JobId jobId, List<LiveEvent> events) {}

        @Override
        public List<LiveEvent> read(JobId jobId, long after, int limit) {
          return List.of();
        }

        @Override
        public Subscription subscribe(JobId jobId, Consumer<LiveEvent> listener) {
          return () -> {};
        }
      };
}
