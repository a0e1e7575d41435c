package dev.parley.storage;

import dev.parley.schemas.chat.Message;
import java.util.List;

/**
 * What a turn needs of a session, without the system message, which is in {@link Session#system()}.
 *
 * @param pinned the pinned messages that are older than {@code recent}, oldest first
 * @param recent the newest messages, oldest of them first
 */
public record Conversation(Session session, List<Message> pinned, List<Message> recent) {

  /** More pinned messages than this are not loaded; the oldest ones are. */
  public static final int MAX_PINNED = 1_000;

  public Conversation {
    pinned = List.copyOf(pinned);
    recent = List.copyOf(recent);
  }

  /** A conversation without older pinned messages. */
  public Conversation(Session session, List<Message> recent) {
    this(session, List.of(), recent);
  }

  /** The position of the first of the recent messages. */
  public long recentFrom() {
    return session.messageCount() - recent.size();
  }
}
