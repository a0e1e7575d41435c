package dev.parley.storage.turn;

import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Role;
import dev.parley.storage.ContextSummary;
import dev.parley.storage.NewSession;
import dev.parley.storage.Session;
import dev.parley.storage.SessionTotals;
import dev.parley.storage.TurnWriter.Rewrite;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.json.StoredTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
        SessionTotals.ZERO,
        session.contextStrategy(),
        null,
        null);
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

  /** What an end's calls used together, summaries that a turn had made counted. */
  public static SessionTotals usageOf(TurnEnd end) {
    SessionTotals sum = SessionTotals.ZERO;
    for (UsageEvent event : end.usage()) {
      sum = sum.plus(event.tokenUsage());
    }
    return sum;
  }

  /** The session after a turn was appended, or after it was compacted. */
  public static Session after(Session session, TurnEnd end) {
    SessionTotals totals = session.totals().plus(usageOf(end));
    Instant endedAt = StoredTime.cut(end.outcome().ended().endedAt());
    return new Session(
        session.key(),
        session.incarnation(),
        session.createdAt(),
        later(session.updatedAt(), endedAt),
        session.messageCount() + end.messagesAdded(),
        session.system(),
        session.model(),
        session.provider(),
        session.metadata(),
        session.maxContextTokens(),
        session.budgetUsd(),
        totals,
        session.contextStrategy(),
        summaryAfter(session.summary(), end),
        session.deletedBefore());
  }

  /** The messages that a compaction leaves, in a new list. */
  public static List<Message> rewritten(List<Message> messages, Rewrite rewrite) {
    List<Message> left = new ArrayList<>(messages.subList(0, (int) rewrite.from()));
    if (rewrite.summary() != null) {
      left.add(cut(rewrite.summary()));
    }
    rewrite.kept().forEach(position -> left.add(messages.get(position.intValue())));
    left.addAll(messages.subList((int) rewrite.to(), messages.size()));
    return left;
  }

  /** A compaction makes an end of it: what it told of is gone, or told by the new summary. */
  private static @Nullable ContextSummary summaryAfter(
      @Nullable ContextSummary before, TurnEnd end) {
    if (end.rewrite() != null) {
      return null;
    }
    return end.summary() == null ? before : end.summary();
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
        resetUsage ? SessionTotals.ZERO : source.totals(),
        source.contextStrategy(),
        summaryOfFirst(source.summary(), messageCount),
        target.deletedBefore());
  }

  /** The summary as far as the first messages of a session can have it. */
  public static @Nullable ContextSummary summaryOfFirst(
      @Nullable ContextSummary summary, long messageCount) {
    return summary != null && summary.until() <= messageCount ? summary : null;
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
