package dev.parley.worker.context;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Chooses which messages stay: the newest that fit, and all that are pinned. A tool's answer stays
 * or goes together with the message that asked for it and with all between them; the newest message
 * stays in any case, with what belongs to it.
 *
 * @param maxMessages how many messages may stay, pinned ones counted
 * @param maxTokens how many tokens they may be estimated at
 */
public record Window(long maxMessages, long maxTokens) {

  public static final long UNLIMITED = Long.MAX_VALUE;

  public Window {
    if (maxMessages < 1) {
      throw new IllegalArgumentException("maxMessages must be at least 1");
    }
  }

  /**
   * The indexes of those that stay.
   *
   * @param conversation oldest first; holds no system message
   */
  public BitSet keep(List<Outline> conversation) {
    int size = conversation.size();
    BitSet keep = new BitSet(size);
    if (size == 0) {
      return keep;
    }
    BitSet begins = begins(conversation);
    long messages = 0;
    long tokens = 0;
    for (int from = 0; from < size; ) {
      int to = end(begins, from, size);
      if (to == size || isPinned(conversation, from, to)) {
        keep.set(from, to);
        messages += to - from;
        tokens += tokens(conversation, from, to);
      }
      from = to;
    }
    for (int to = size; to > 0; ) {
      int from = begins.previousSetBit(to - 1);
      if (!keep.get(from)) {
        messages += to - from;
        tokens += tokens(conversation, from, to);
        if (messages > maxMessages || tokens > maxTokens) {
          break;
        }
        keep.set(from, to);
      }
      to = from;
    }
    return keep;
  }

  /** Where those groups begin that stay or go together. */
  private static BitSet begins(List<Outline> conversation) {
    int size = conversation.size();
    int[] joins = new int[size + 1];
    Map<String, Integer> askedAt = new HashMap<>();
    for (int i = 0; i < size; i++) {
      for (String id : conversation.get(i).results()) {
        Integer asked = askedAt.get(id);
        if (asked != null) {
          joins[asked + 1]++;
          joins[i + 1]--;
        }
      }
      for (String id : conversation.get(i).calls()) {
        askedAt.put(id, i);
      }
    }
    BitSet begins = new BitSet(size);
    int joined = 0;
    for (int i = 0; i < size; i++) {
      joined += joins[i];
      begins.set(i, joined == 0);
    }
    return begins;
  }

  private static int end(BitSet begins, int from, int size) {
    int next = begins.nextSetBit(from + 1);
    return next < 0 ? size : next;
  }

  private static boolean isPinned(List<Outline> conversation, int from, int to) {
    return conversation.subList(from, to).stream().anyMatch(Outline::pinned);
  }

  private static long tokens(List<Outline> conversation, int from, int to) {
    return conversation.subList(from, to).stream().mapToLong(Outline::tokens).sum();
  }
}
