package dev.parley.endtoend.chaos;

import dev.parley.endtoend.rig.Whim;
import java.util.Random;

/**
 * How the provider behaves at each call: mostly quick, at times slow, at times failing in each of
 * the ways that matter; and what clients do besides sending. The same seed makes the same moods.
 */
final class Moods {

  private final long seed;
  private final int whims;

  /**
   * @param whims for how many of a thousand messages their clients do more than send them
   */
  Moods(long seed, int whims) {
    this.seed = seed;
    this.whims = whims;
  }

  /** What the session's client does about its message of that number. */
  Whim whim(String session, int message) {
    Random random = random(~seed, session, message);
    if (random.nextInt(1_000) >= whims) {
      return Whim.NONE;
    }
    int chance = random.nextInt(100);
    if (chance < 45) {
      return Whim.CANCEL;
    } else if (chance < 70) {
      return Whim.EXPIRE;
    } else if (chance < 85) {
      return Whim.COMPACT;
    } else if (chance < 93) {
      return Whim.FORK;
    }
    return Whim.DELETE;
  }

  private static Random random(long seed, String session, int message) {
    return new Random(seed ^ (31L * session.hashCode() + message) * 0x9E3779B97F4A7C15L);
  }

  /** What the simulator is told with the session's message of that number. */
  String directives(String session, int message) {
    Random random = random(seed, session, message);
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
