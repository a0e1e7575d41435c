package dev.parley.storage.turn;

import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Role;
import dev.parley.storage.NewSession;
import dev.parley.storage.Session;
import dev.parley.storage.SessionTotals;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.json.StoredTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What becomes of a session, for stores that compute it themselves. */
public final class SessionChanges {

  private SessionChanges() {}

  public static Session created(NewSession session, long incarnation) {
    Instant createdAt = StoredTime.cut(session.createdAt());
    return new Session(
        session.key(),
        incarnation,
        createdAt,
        createdAt,
        session.messages().size() + (session.system() == null ? 0 : 1),
        session.system(),
        session.model(),
        session.provider(),
        session.metadata(),
        session.maxContextTokens(),
        session.budgetUsd(),
        SessionTotals.ZERO);
  }

  /** The messages of a new session, the system message first. */
  public static List<Message> messagesOf(NewSession session) {
    List<Message> messages = new ArrayList<>(session.messages().size() + 1);
    if (session.system() != null) {
      Content content = Content.of(session.system());
      messages.add(Message.of(Role.SYSTEM, content, session.createdAt(), null));
    }
    messages.addAll(session.messages());
    return messages.stream().map(SessionChanges::cut).toList();
  }

  /** The message with its time as it is stored. */
  public static Message cut(Message message) {
    return new Message(
        message.role(),
        message.content(),
        message.metadata(),
        StoredTime.cut(message.createdAt()),
        message.jobId(),
        message.pinned());
  }

  /** The session after a turn was appended. */
  public static Session after(Session session, TurnEnd end) {
    SessionTotals totals =
        end.outcome() instanceof JobOutcome.Completed completed
            ? session.totals().plus(completed.response().usage())
            : session.totals();
    Instant endedAt = StoredTime.cut(end.outcome().ended().endedAt());
    return new Session(
        session.key(),
        session.incarnation(),
        session.createdAt(),
        later(session.updatedAt(), endedAt),
        session.messageCount() + end.messages().size(),
        session.system(),
        session.model(),
        session.provider(),
        session.metadata(),
        session.maxContextTokens(),
        session.budgetUsd(),
        totals);
  }

  /** The session after messages were taken out of it. */
  public static Session without(Session session, long removed, boolean systemRemoved, Instant now) {
    return new Session(
        session.key(),
        session.incarnation(),
        session.createdAt(),
        later(session.updatedAt(), StoredTime.cut(now)),
        session.messageCount() - removed,
        systemRemoved ? null : session.system(),
        session.model(),
        session.provider(),
        session.metadata(),
        session.maxContextTokens(),
        session.budgetUsd(),
        session.totals());
  }

  /** A new session from the first messages of another. */
  public static Session forked(
      Session source, Session target, long messageCount, boolean resetUsage) {
    return new Session(
        target.key(),
        target.incarnation(),
        target.createdAt(),
        target.updatedAt(),
        messageCount,
        messageCount == 0 ? null : source.system(),
        source.model(),
        source.provider(),
        source.metadata(),
        source.maxContextTokens(),
        source.budgetUsd(),
        resetUsage ? SessionTotals.ZERO : source.totals());
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
