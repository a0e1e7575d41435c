package dev.parley.storage.memory;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome.Ended;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.chat.Message;
import dev.parley.storage.Conversation;
import dev.parley.storage.NewSession;
import dev.parley.storage.Page;
import dev.parley.storage.Session;
import dev.parley.storage.SessionQuery;
import dev.parley.storage.SessionStore;
import dev.parley.storage.TurnWriter.Rewrite;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.paging.Keyset;
import dev.parley.storage.paging.Slice;
import dev.parley.storage.turn.SessionChanges;
import dev.parley.storage.turn.SessionLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sessions in the memory of this process; whoever shares them shares the instance. */
public final class MemorySessionStore implements SessionStore, SessionLog {

  private static final Comparator<Session> OLDEST_FIRST =
      Comparator.comparing(Session::updatedAt)
          .thenComparing(session -> session.key().sessionId().value());

  private record Held(Session session, List<Message> messages) {}

  // INVARIANT: all fields are touched under the lock of this object only
  private final Map<SessionKey, Held> sessions = new HashMap<>();
  private final Map<SessionKey, Instant> deletions = new HashMap<>();
  private final Receipts receipts = new Receipts();
  private long lastIncarnation;

  @Override
  public synchronized CreateResult create(NewSession session) {
    if (sessions.containsKey(session.key())) {
      return new CreateResult.AlreadyExists();
    }
    Session created =
        SessionChanges.created(session, ++lastIncarnation)
            .withDeletedBefore(deletions.get(session.key()));
    sessions.put(
        session.key(), new Held(created, new ArrayList<>(SessionChanges.messagesOf(session))));
    return new CreateResult.Created(created);
  }

  @Override
  public synchronized void createMissing(Collection<Missing> wanted) {
    for (Missing missing : wanted) {
      Instant deletedAt = deletions.get(missing.key());
      if (deletedAt == null || missing.askedAt().isAfter(deletedAt)) {
        create(missing.empty());
      }
    }
  }

  @Override
  public synchronized @Nullable Session find(SessionKey key) {
    Held held = sessions.get(key);
    return held == null ? null : held.session();
  }

  @Override
  public synchronized List<Message> messages(SessionKey key, long fromPosition, int limit) {
    Held held = sessions.get(key);
    return held == null
        ? List.of()
        : held.messages().stream().skip(Math.max(0, fromPosition)).limit(limit).toList();
  }

  @Override
  public synchronized Page<Session> list(SessionQuery query) {
    boolean forward = query.direction() == SessionQuery.Direction.FORWARD;
    Keyset cursor =
        query.cursor() == null ? null : Keyset.decode(Keyset.Listing.SESSIONS, query.cursor());
    Stream<Session> found =
        sessions.values().stream()
            .map(Held::session)
            .filter(session -> session.key().tenantId().equals(query.tenantId()))
            .filter(session -> query.model() == null || query.model().equals(session.model()))
            .filter(
                session -> query.provider() == null || query.provider().equals(session.provider()));
    if (cursor != null) {
      found =
          found.filter(
              session -> forward ? compare(session, cursor) < 0 : compare(session, cursor) > 0);
    }
    List<Session> rows =
        found
            .sorted(forward ? OLDEST_FIRST.reversed() : OLDEST_FIRST)
            .limit(query.limit() + 1L)
            .toList();
    return Slice.page(rows, query.limit(), forward, cursor != null, MemorySessionStore::cursorOf);
  }

  private static int compare(Session session, Keyset cursor) {
    int byTime = session.updatedAt().compareTo(cursor.time());
    return byTime != 0 ? byTime : session.key().sessionId().value().compareTo(cursor.id());
  }

  private static String cursorOf(Session session) {
    return new Keyset(session.updatedAt(), session.key().sessionId().value())
        .encode(Keyset.Listing.SESSIONS);
  }

  @Override
  public synchronized boolean delete(SessionKey key, Instant now, boolean onItsWay) {
    if (sessions.remove(key) == null && !onItsWay) {
      return false;
    }
    deletions.merge(key, now, (before, at) -> at.isAfter(before) ? at : before);
    return true;
  }

  @Override
  public synchronized int purgeDeletions(Instant now) {
    int before = deletions.size();
    deletions.values().removeIf(at -> at.isBefore(now.minus(DELETION_KNOWN)));
    return before - deletions.size();
  }

  @Override
  public synchronized ForkResult fork(
      SessionKey from, SessionId newId, long messageCount, boolean resetUsage, Instant now) {
    Held source = sessions.get(from);
    if (source == null) {
      return new ForkResult.SourceNotFound();
    }
    if (messageCount < 0 || messageCount > source.session().messageCount()) {
      return new ForkResult.IndexOutOfRange(source.session().messageCount());
    }
    SessionKey key = new SessionKey(from.tenantId(), newId);
    if (sessions.containsKey(key)) {
      return new ForkResult.TargetExists();
    }
    Session blank =
        SessionChanges.created(NewSession.empty(key, now), ++lastIncarnation)
            .withDeletedBefore(deletions.get(key));
    Session forked = SessionChanges.forked(source.session(), blank, messageCount, resetUsage);
    sessions.put(
        key,
        new Held(
            forked, new ArrayList<>(source.messages().subList(0, Math.toIntExact(messageCount)))));
    return new ForkResult.Forked(forked);
  }

  @Override
  public synchronized Map<SessionKey, Conversation> load(
      Collection<SessionKey> keys, int maxMessages) {
    Map<SessionKey, Conversation> found = new HashMap<>();
    for (SessionKey key : keys) {
      Held held = sessions.get(key);
      if (held != null) {
        int count = held.messages().size();
        int from = Math.max((int) held.session().firstPosition(), count - maxMessages);
        List<Message> pinned =
            held.messages().subList(0, from).stream()
                .filter(message -> Boolean.TRUE.equals(message.pinned()))
                .limit(Conversation.MAX_PINNED)
                .toList();
        List<Message> recent = held.messages().subList(from, count);
        found.put(key, new Conversation(held.session(), pinned, recent));
      }
    }
    return found;
  }

  @Override
  public synchronized List<Appended> append(List<TurnEnd> ends) {
    return ends.stream().map(this::append).toList();
  }

  private Appended append(TurnEnd end) {
    Ended ended = end.outcome().ended();
    SessionKey key = new SessionKey(ended.tenantId(), ended.sessionId());
    Held held = sessions.get(key);
    if (held == null || held.session().incarnation() != end.incarnation()) {
      return new Appended.Gone();
    }
    if (receipts.has(ended.jobId())) {
      return new Appended.Before(held.session(), receipts.get(ended.jobId()));
    }
    Rewrite rewrite = end.rewrite();
    if (rewrite != null && rewrite.expectedMessageCount() != held.messages().size()) {
      return new Appended.Changed();
    }
    Session after = SessionChanges.after(held.session(), end);
    List<Message> messages =
        rewrite == null ? held.messages() : SessionChanges.rewritten(held.messages(), rewrite);
    end.messages().forEach(message -> messages.add(SessionChanges.cut(message)));
    sessions.put(key, new Held(after, messages));
    receipts.put(ended.jobId(), end);
    return new Appended.Done(after);
  }

  @Override
  public synchronized @Nullable TurnEnd receipt(JobId jobId) {
    return receipts.get(jobId);
  }

  @Override
  public synchronized void settle(List<JobId> jobIds) {
    jobIds.forEach(receipts::settle);
  }
}
