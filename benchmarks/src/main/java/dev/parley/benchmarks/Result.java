package dev.parley.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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

  /**
   * A figure that is judged by its ratio to another one, of which each round has both: the round
   * whose ratio is the one in the middle is told. What the machine's owner does to it from minute
   * to minute hits both of a round alike.
   */
  public static Result ofRounds(
      String what, List<Double> figures, List<Double> references, String unit, Target target) {
    List<Integer> rounds = new ArrayList<>();
    for (int i = 0; i < figures.size(); i++) {
      rounds.add(i);
    }
    rounds.sort(Comparator.comparingDouble(i -> figures.get(i) / references.get(i)));
    int middle = rounds.get((rounds.size() - 1) / 2);
    return ratio(what, figures.get(middle), references.get(middle), unit, target);
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
