package dev.parley.benchmarks;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/** Arithmetic on figures, and how they are written. */
public final class Figures {

  private Figures() {}

  /** The one in the middle; of an even number the mean of the two. */
  public static double median(Collection<Double> figures) {
    double[] sorted = sorted(figures);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /**
   * The smallest figure that so much of all are not above.
   *
   * @param share for instance 0.99
   */
  public static double percentile(Collection<Double> figures, double share) {
    double[] sorted = sorted(figures);
    return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }

  private static double[] sorted(Collection<Double> figures) {
    if (figures.isEmpty()) {
      throw new IllegalArgumentException("no figures");
    }
    double[] sorted = figures.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted;
  }

  /** With three significant digits, or all those before the point. */
  public static String format(double figure) {
    double size = Math.abs(figure);
    String pattern = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, pattern, figure);
  }
}
