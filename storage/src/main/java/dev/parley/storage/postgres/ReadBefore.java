package dev.parley.storage.postgres;

import dev.parley.schemas.SessionKey;
import dev.parley.schemas.chat.Message;
import dev.parley.storage.Conversation;
import dev.parley.storage.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The newest messages of the sessions that were read last, so that a turn reads what was appended
 * since and not the same again. Nothing here is believed without PostgreSQL: the session's row says
 * whether messages were taken out meanwhile, and the last message is read again and compared, so
 * that a server that has lost transactions is noticed too.
 *
 * <p>Bounded by what it holds; the session that was not asked for the longest goes first.
 * Thread-safe.
 */
final class ReadBefore {

  /** What a message takes beyond its text, in characters. */
  private static final int FRAME = 300;

  private final long maxCharacters;
  private final Map<SessionKey, Known> bySession = new LinkedHashMap<>(16, 0.75f, true);
  private long characters;

  /**
   * @param maxCharacters of all messages held, about; 0 holds nothing
   */
  ReadBefore(long maxCharacters) {
    this.maxCharacters = maxCharacters;
  }

  /**
   * A message as it was read.
   *
   * @param characters about what it takes to hold it
   */
  record Held(Message message, long characters) {

    /**
     * @param metadata takes several times its text as a tree
     */
    static Held of(Message message, String content, @Nullable String metadata) {
      long text = content.length() + 4L * (metadata == null ? 0 : metadata.length());
      return new Held(message, FRAME + text);
    }

    boolean isPinned() {
      return Boolean.TRUE.equals(message.pinned());
    }
  }

  /**
   * What is known of a session.
   *
   * @param rewrites how often messages had been taken out of it
   */
  record Known(
      long incarnation, long rewrites, long messageCount, List<Held> pinned, List<Held> recent) {

    static Known of(Session session, long rewrites, List<Held> pinned, List<Held> recent) {
      return new Known(
          session.incarnation(),
          rewrites,
          session.messageCount(),
          List.copyOf(pinned),
          List.copyOf(recent));
    }

    /** The position of the last message, which is read again. */
    long last() {
      return messageCount - 1;
    }

    /** About what it takes to hold this. */
    long characters() {
      return FRAME
          + Stream.concat(pinned.stream(), recent.stream()).mapToLong(Held::characters).sum();
    }

    Conversation conversation(Session session) {
      return new Conversation(session, messages(pinned), messages(recent));
    }

    private static List<Message> messages(List<Held> held) {
      return held.stream().map(Held::message).toList();
    }

    /**
     * What is known now.
     *
     * @param first the position of the first of the recent messages
     * @param since the messages from the last known one on
     * @return null when the last known message is another by now, or more of them are wanted
     */
    @Nullable Known with(Session session, long first, List<Held> since) {
      int passed = Math.toIntExact(first - (messageCount - recent.size()));
      if (passed < 0
          || since.isEmpty()
          || !since.getFirst().message().equals(recent.getLast().message())) {
        return null;
      }
      List<Held> now = new ArrayList<>(recent.subList(passed, recent.size()));
      now.addAll(since.subList(1, since.size()));
      List<Held> pinnedNow =
          Stream.concat(pinned.stream(), recent.subList(0, passed).stream().filter(Held::isPinned))
              .limit(Conversation.MAX_PINNED)
              .toList();
      return of(session, rewrites, pinnedNow, now);
    }
  }

  synchronized @Nullable Known of(SessionKey key) {
    return bySession.get(key);
  }

  synchronized void put(SessionKey key, Known known) {
    forget(key);
    long takes = known.characters();
    // Without recent messages there is nothing to compare with, and hardly anything to spare.
    if (known.recent().isEmpty() || takes > maxCharacters) {
      return;
    }
    bySession.put(key, known);
    characters += takes;
    var eldest = bySession.entrySet().iterator();
    while (characters > maxCharacters) {
      characters -= eldest.next().getValue().characters();
      eldest.remove();
    }
  }

  synchronized void forget(SessionKey key) {
    Known gone = bySession.remove(key);
    characters -= gone == null ? 0 : gone.characters();
  }

  synchronized long characters() {
    return characters;
  }
}
