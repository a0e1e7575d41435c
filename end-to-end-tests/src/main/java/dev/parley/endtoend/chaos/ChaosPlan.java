package dev.parley.endtoend.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Who is killed when. The same seed makes the same plan.
 *
 * @param messages to each of the sessions
 * @param kills in the order in which they come
 */
record ChaosPlan(int sessions, int messages, List<Kill> kills) {

  private static final int MAX_SESSIONS = 250;

  ChaosPlan {
    kills = List.copyOf(kills);
  }

  /**
   * A kill -9.
   *
   * @param afterJobs how many jobs have ended by then
   * @param worker which of the workers, from 0
   */
  record Kill(int afterJobs, int worker) {}

  /** Kills between the first tenth and the last of all messages, at random. */
  static ChaosPlan make(int messages, int kills, int workers, long seed) {
    int sessions = Math.min(MAX_SESSIONS, messages);
    int each = (messages + sessions - 1) / sessions;
    int all = sessions * each;
    Random random = new Random(seed);
    List<Integer> moments = new ArrayList<>();
    for (int i = 0; i < kills; i++) {
      moments.add(all / 10 + random.nextInt(Math.max(1, all * 8 / 10)));
    }
    List<Kill> planned = new ArrayList<>();
    for (int moment : moments.stream().sorted().toList()) {
      planned.add(new Kill(moment, random.nextInt(workers)));
    }
    return new ChaosPlan(sessions, each, planned);
  }

  int all() {
    return sessions * messages;
  }
}
