package dev.parley.worker.engine;

import java.util.Random;

/** Randomness that can be had again: {@code -Dseed=...} with what a failure printed. */
final class Seeds {

  private Seeds() {}

  static Random random() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("seed " + seed);
    return new Random(seed);
  }
}
