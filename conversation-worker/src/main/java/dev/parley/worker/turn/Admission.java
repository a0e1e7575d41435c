package dev.parley.worker.turn;

import dev.parley.schemas.UsageEvent;
import dev.parley.storage.Job;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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
    /** How often the provider was called, the last one where there is a choice. */
    int tries;

    /** How often all routes of the turn have failed. */
    int rounds;

    /** How many calls of the attempt have been paid for: the next one is a step further. */
    int steps;

    /** Calls that failed and were paid for, as long as the ledger does not know them. */
    final List<UsageEvent> paid = new ArrayList<>();

    /** What the ledger knows of them already. */
    BigDecimal recordedUsd = BigDecimal.ZERO;

    /** Whether the tenant's budget keeps something for the job. */
    boolean held;

    /** What failed calls cost that the ledger does not know yet. */
    BigDecimal paidUsd() {
      return paid.stream()
          .map(UsageEvent::costUSD)
          .filter(Objects::nonNull)
          .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    /** The same, with what a summary cost that is not written yet. */
    BigDecimal unrecordedUsd() {
      BigDecimal paid = paidUsd();
      return summary == null ? paid : paid.add(summary.costUsd());
    }

    /** What was paid for stands in the ledger now. */
    void recorded() {
      recordedUsd = recordedUsd.add(paidUsd());
      paid.clear();
    }

    /** How many live events were told: the next call of the same attempt goes on behind them. */
    int events;

    /** What is done of a summary that takes several calls; null when none was begun. */
    @Nullable SummaryProgress summary;

    /** Somebody claimed the job after this worker did: its attempt is worth nothing any more. */
    boolean fenced;
  }
}
