package dev.parley.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * A figure.
 *
 * @param what was measured, in a few words
 * @param unit of the figure and of the reference, for instance {@code /s} or {@code ms}
 * @param reference what was measured beside it; null when the figure stands alone
 * @param target of the ratio where there is a reference, else of the figure
 */
public record Result(
    String what, double figure, String unit, @Nullable Double reference, Target target) {

  /** A figure that is judged by its ratio to another one. */
  public static Result ratio(
      String what, double figure, double reference, String unit, Target target) {
    return new Result(what, figure, unit, reference, target);
  }

  /** A figure that is judged alone. */
  public static Result alone(String what, double figure, String unit, Target target) {
    return new Result(what, figure, unit, null, target);
  }

  /** The figure over the reference; null without one. */
  public @Nullable Double ratio() {
    return reference == null ? null : figure / reference;
  }

  public boolean isMet() {
    Double ratio = ratio();
    return target.isMet(ratio == null ? figure : ratio);
  }
}
