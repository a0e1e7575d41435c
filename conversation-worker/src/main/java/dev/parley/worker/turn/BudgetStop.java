package dev.parley.worker.turn;

import dev.parley.schemas.JobError;

/** A budget does not allow a call. */
final class BudgetStop extends Exception {

  private static final long serialVersionUID = 1;

  @SuppressWarnings("serial") // never serialised
  private final JobError error;

  private final String warning;
  private final boolean skip;

  /**
   * @param error how the job fails
   * @param warning the same for an answer that stays empty
   * @param skip whether the job ends without a fault
   */
  BudgetStop(JobError error, String warning, boolean skip) {
    super(error.message(), null, false, false);
    this.error = error;
    this.warning = warning;
    this.skip = skip;
  }

  JobError error() {
    return error;
  }

  String warning() {
    return warning;
  }

  boolean skip() {
    return skip;
  }
}
