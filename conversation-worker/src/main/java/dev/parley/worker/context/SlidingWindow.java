package dev.parley.worker.context;

import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Role;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Makes of a conversation what is sent: what its {@link Window} keeps, without what providers
 * refuse. Answers that were empty are left out, and answers to calls that are not there; and no
 * conversation begins with an answer, unless it is pinned or the session itself begins so.
 *
 * @param maxMessages without the system message
 * @param tokensOf estimates the tokens of one message
 */
public record SlidingWindow(int maxMessages, ToLongFunction<Message> tokensOf) {

  public SlidingWindow {
    if (maxMessages < 1) {
      throw new IllegalArgumentException("maxMessages must be at least 1");
    }
  }

  /**
   * What to send.
   *
   * @param conversation oldest first, the new message last; holds no system message
   * @param maxTokens the most that the result may be estimated at, apart from what is always kept
   */
  public List<Message> fit(List<Message> conversation, long maxTokens) {
    List<Outline> outlines =
        conversation.stream().map(message -> Outline.of(message, tokensOf)).toList();
    BitSet keep = new Window(maxMessages, maxTokens).keep(outlines);
    Set<String> asked = new HashSet<>();
    List<Message> kept = new ArrayList<>();
    for (int i = keep.nextSetBit(0); i >= 0; i = keep.nextSetBit(i + 1)) {
      Message message = conversation.get(i);
      Outline outline = outlines.get(i);
      boolean newest = i == conversation.size() - 1;
      if (newest || isSendable(message, outline, asked, kept.isEmpty() && i > 0)) {
        asked.addAll(outline.calls());
        kept.add(message);
      }
    }
    return List.copyOf(kept);
  }

  private static boolean isSendable(
      Message message, Outline outline, Set<String> asked, boolean wouldBegin) {
    boolean answer = message.role() == Role.ASSISTANT;
    return asked.containsAll(outline.results())
        && !(answer && wouldBegin && !outline.pinned())
        && !(answer && saysNothing(message.content()));
  }

  private static boolean saysNothing(Content content) {
    return content.parts().stream()
        .allMatch(part -> part instanceof Part.Text(String text) && text.isEmpty());
  }
}
