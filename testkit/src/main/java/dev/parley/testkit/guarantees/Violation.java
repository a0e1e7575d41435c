package dev.parley.testkit.guarantees;

/**
 * A broken promise.
 *
 * @param report the first thing that is wrong, with the ids to look for
 */
public record Violation(Guarantee guarantee, String report) {

  @Override
  public String toString() {
    return guarantee + " violated: " + report;
  }
}
