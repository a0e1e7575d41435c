package dev.parley.storage;

import dev.parley.schemas.chat.Message;
import java.util.List;

/**
 * What a turn needs of a session: the session and its newest messages, oldest of them first,
 * without the system message, which is in {@link Session#system()}.
 */
public record Conversation(Session session, List<Message> recent) {
  public Conversation {
    recent = List.copyOf(recent);
  }
}
