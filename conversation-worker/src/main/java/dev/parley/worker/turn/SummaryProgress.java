package dev.parley.worker.turn;

import dev.parley.schemas.UsageEvent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far a summary has come that takes several calls. Outlives a call that has to be tried again
 * later: what was paid for is neither made again nor forgotten. Touched only by the job's own turn.
 */
final class SummaryProgress {

  /** What the calls that succeeded used. */
  final List<UsageEvent> usage = new ArrayList<>();

  /** Of all messages before {@link #next}; null before the first call. */
  @Nullable String text;

  /** The position where the next call goes on. */
  long next;

  /** Whether the job was cancelled while a call was under way. */
  boolean cancelled;

  /** How often the call under way has failed. */
  int tries;

  SummaryProgress(@Nullable String text, long next) {
    this.text = text;
    this.next = next;
  }

  /** What is known of what the calls cost. */
  BigDecimal costUsd() {
    return usage.stream()
        .map(UsageEvent::costUSD)
        .filter(Objects::nonNull)
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** The number of the call that comes next, from 1. */
  int step() {
    return usage.size() + 1;
  }
}
