package dev.parley.worker.context;

import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Role;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Keeps the newest messages that fit. Pinned ones are always kept, the newest message too, and a
 * tool's answer never stands without the message that asked for it. Answers that were empty are
 * left out: some providers refuse a conversation that holds one.
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
    if (conversation.isEmpty()) {
      return List.of();
    }
    boolean[] keep = new boolean[conversation.size()];
    int newest = conversation.size() - 1;
    long tokens = 0;
    int count = 0;
    for (int i = 0; i <= newest; i++) {
      if (i == newest || Boolean.TRUE.equals(conversation.get(i).pinned())) {
        keep[i] = true;
        tokens += tokensOf.applyAsLong(conversation.get(i));
        count++;
      }
    }
    for (int i = newest; i >= 0; i--) {
      if (keep[i]) {
        continue;
      }
      tokens += tokensOf.applyAsLong(conversation.get(i));
      count++;
      if (count > maxMessages || tokens > maxTokens) {
        break;
      }
      keep[i] = true;
    }
    return withoutOrphans(conversation, keep);
  }

  private static boolean saysNothing(Content content) {
    return content.parts().stream()
        .allMatch(part -> part instanceof Part.Text(String text) && text.isEmpty());
  }

  private static List<Message> withoutOrphans(List<Message> conversation, boolean[] keep) {
    Set<String> asked = new HashSet<>();
    List<Message> kept = new ArrayList<>();
    for (int i = 0; i < keep.length; i++) {
      if (!keep[i]) {
        continue;
      }
      Message message = conversation.get(i);
      Content content = message.content();
      boolean orphan = false;
      if (content instanceof Content.Parts parts) {
        for (Part part : parts.parts()) {
          switch (part) {
            case Part.ToolCall call -> asked.add(call.id());
            case Part.ToolResult result -> orphan |= !asked.contains(result.toolCallId());
            case Part.Text text -> {}
            case Part.ImageUrl image -> {}
            case Part.ImageBase64 image -> {}
            case Part.Document document -> {}
            case Part.Reasoning reasoning -> {}
          }
        }
      }
      // The window never begins with an answer: providers want a user's message first.
      boolean opensWithAnswer = kept.isEmpty() && message.role() == Role.ASSISTANT && i > 0;
      boolean newest = i == keep.length - 1;
      boolean empty = message.role() == Role.ASSISTANT && saysNothing(content);
      if (newest || (!orphan && !opensWithAnswer && !empty)) {
        kept.add(message);
      }
    }
    return List.copyOf(kept);
  }
}
