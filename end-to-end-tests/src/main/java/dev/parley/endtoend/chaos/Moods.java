package dev.parley.endtoend.chaos;

import java.util.Random;

/**
 * How the provider behaves at each call: mostly quick, at times slow, at times failing in each of
 * the ways that matter. The same seed makes the same moods.
 */
final class Moods {

  private final long seed;

  Moods(long seed) {
    this.seed = seed;
  }

  /** What the simulator is told with the session's message of that number. */
  String directives(String session, int message) {
    Random random = new Random(seed ^ (31L * session.hashCode() + message) * 0x9E3779B97F4A7C15L);
    int chance = random.nextInt(1_000);
    if (chance < 700) {
      return "latency=1ms..20ms";
    } else if (chance < 940) {
      return "latency=20ms..200ms rate=500/s";
    } else if (chance < 950) {
      return "latency=500ms..2s";
    } else if (chance < 965) {
      return "latency=5ms fail=503:1";
    } else if (chance < 975) {
      return "latency=5ms fail=429:1";
    } else if (chance < 980) {
      return "latency=5ms fail=400";
    } else if (chance < 990) {
      return "latency=5ms tokens=8 error-in-stream=3";
    }
    return "latency=5ms tokens=8 cut-after=3";
  }
}
