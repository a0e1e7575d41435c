package dev.parley.benchmarks;

/** What a figure, or its ratio to the reference where there is one, has to be. */
public sealed interface Target {

  boolean isMet(double value);

  static Target atLeast(double bound) {
    return new AtLeast(bound);
  }

  static Target atMost(double bound) {
    return new AtMost(bound);
  }

  /** Told for the record only. */
  static Target none() {
    return new None();
  }

  record AtLeast(double bound) implements Target {
    @Override
    public boolean isMet(double value) {
      return value >= bound;
    }

    @Override
    public String toString() {
      return ">= " + Figures.format(bound);
    }
  }

  record AtMost(double bound) implements Target {
    @Override
    public boolean isMet(double value) {
      return value <= bound;
    }

    @Override
    public String toString() {
      return "<= " + Figures.format(bound);
    }
  }

  record None() implements Target {
    @Override
    public boolean isMet(double value) {
      return true;
    }

    @Override
    public String toString() {
      return "-";
    }
  }
}
