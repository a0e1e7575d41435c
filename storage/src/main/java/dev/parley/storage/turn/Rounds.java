package dev.parley.storage.turn;

import dev.parley.schemas.JobOutcome.Ended;
import dev.parley.schemas.SessionKey;
import dev.parley.storage.TurnWriter.TurnEnd;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Splits turn ends so that no job and no session stands twice in one round, in order: what comes
 * later finds what the earlier left. Nearly always there is a single round.
 */
public final class Rounds {

  private Rounds() {}

  /** The indexes of each round's turn ends. */
  public static List<List<Integer>> split(List<TurnEnd> ends) {
    Map<Object, Integer> lastRound = new HashMap<>();
    List<List<Integer>> rounds = new ArrayList<>();
    for (int i = 0; i < ends.size(); i++) {
      Ended ended = ends.get(i).outcome().ended();
      SessionKey session = new SessionKey(ended.tenantId(), ended.sessionId());
      int round =
          1
              + Math.max(
                  lastRound.getOrDefault(ended.jobId(), -1), lastRound.getOrDefault(session, -1));
      lastRound.put(ended.jobId(), round);
      lastRound.put(session, round);
      if (round == rounds.size()) {
        rounds.add(new ArrayList<>());
      }
      rounds.get(round).add(i);
    }
    return rounds;
  }
}
