package dev.parley.worker.provider.transport;

import dev.parley.worker.provider.Deadlines;

/** One of a call's deadlines passed; the exchange has been aborted. */
@SuppressWarnings("serial") // never serialised
public final class DeadlinePassedException extends Exception {

  private final Deadlines.Phase phase;

  DeadlinePassedException(Deadlines.Phase phase) {
    super("deadline passed: " + phase);
    this.phase = phase;
  }

  public Deadlines.Phase phase() {
    return phase;
  }
}
