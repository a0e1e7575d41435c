package dev.parley.worker.routing;

import dev.parley.worker.routing.RoutingConfig.Choice;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Gives each session one of several choices, by weight, always the same one on every worker. Each
 * choice draws a number from its label and the session, and the best in proportion to its weight
 * wins: when weights or choices change, no more sessions move than have to.
 */
final class Shares {

  private Shares() {}

  static Choice choose(List<Choice> choices, String rule, String session) {
    Choice best = choices.getFirst();
    if (choices.size() == 1) {
      return best;
    }
    double bestScore = Double.NEGATIVE_INFINITY;
    for (Choice choice : choices) {
      double drawn = draw(rule + "\n" + choice.target().label() + "\n" + session);
      double score = Math.log(drawn) / choice.weight();
      if (score > bestScore) {
        bestScore = score;
        best = choice;
      }
    }
    return best;
  }

  /** A number between 0 and 1, neither of both: FNV-1a with the finisher of MurmurHash3. */
  private static double draw(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    hash ^= hash >>> 33;
    return ((hash >>> 11) + 0.5) / (1L << 53);
  }
}
