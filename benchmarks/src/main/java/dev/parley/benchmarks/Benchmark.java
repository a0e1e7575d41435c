package dev.parley.benchmarks;

import java.util.List;

/** One thing that is measured. Made once, run once; starts what it needs and ends it again. */
public interface Benchmark {

  /** What it is asked for by, for instance {@code submit}. */
  String name();

  /** What is measured, against what, in one line. */
  String description();

  /**
   * Measures. Nothing else runs in this process meanwhile.
   *
   * @throws Exception when it could not be measured; the others still run
   */
  List<Result> run(Run run) throws Exception;
}
