package dev.parley.worker.turn;

import dev.parley.storage.Job;

/**
 * What the claim of a record found out. Small on purpose: thousands of records wait with theirs, so
 * the submission itself is decoded again when its turn comes.
 */
sealed interface Admission {

  /** This worker holds the attempt. */
  record Claimed(int attempt, CallHistory history) implements Admission {}

  /** The job ended before; only its outcome has to be published again. */
  record Ended(Job job) implements Admission {}

  /**
   * The same job is held by this worker already, by an earlier record: to be claimed only when its
   * turn comes, or it would fence that one.
   */
  record Deferred(CallHistory history) implements Admission {}

  /** A newer release wrote it. */
  record FromNewerRelease(int version) implements Admission {}

  /** Nobody can read it. */
  record Undecodable(String reason) implements Admission {}

  /** What was done for a job so far; touched only by the job's own turn. */
  final class CallHistory {
    /** How often the provider was called. */
    int tries;

    /** How many live events were told: the next call of the same attempt goes on behind them. */
    int events;

    /** Somebody claimed the job after this worker did: its attempt is worth nothing any more. */
    boolean fenced;
  }
}
