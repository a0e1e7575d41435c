package dev.parley.storage;

import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.chat.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps conversations: a session row and its messages, which are appended and only rewritten when
 * the session is compacted.
 *
 * <p>Turns are appended and sessions compacted through {@link TurnWriter}, which knows how to do so
 * in one transaction with the job and its usage.
 */
public interface SessionStore {

  /** Creates a session unless one of that key is there, in which case nothing changes. */
  CreateResult create(NewSession session);

  /**
   * Creates those that are not there, as turns do that bring their sessions along: many with one
   * write where the store can. A key may stand twice. A session that was deleted after it was asked
   * for is not made again.
   */
  void createMissing(Collection<Missing> sessions);

  /**
   * A session that a message brings along.
   *
   * @param askedAt when the message was accepted
   */
  record Missing(SessionKey key, Instant createdAt, Instant askedAt) {

    /** With nothing in it. */
    public NewSession empty() {
      return NewSession.empty(key, createdAt);
    }
  }

  @Nullable Session find(SessionKey key);

  /**
   * Messages by position, oldest first.
   *
   * @param fromPosition 0 is the first message, the system message when there is one
   * @return at most {@code limit} messages; empty when the session is not there or has no more
   */
  List<Message> messages(SessionKey key, long fromPosition, int limit);

  /**
   * @throws InvalidCursorException when the cursor is not one of this store's
   */
  Page<Session> list(SessionQuery query);

  /** For so long it is known that a session was deleted; no message waits as long. */
  Duration DELETION_KNOWN = Duration.ofDays(30);

  /**
   * Removes the session and its messages; jobs and usage stay.
   *
   * @param now messages that were accepted until then do not make it again, and are not meant for
   *     one that is made later
   * @param onItsWay whether a message was accepted that is going to make it, so that it counts as
   *     there even if it is not yet
   * @return false when it was not there
   */
  boolean delete(SessionKey key, Instant now, boolean onItsWay);

  /**
   * Forgets deletions that are longer ago than they need to be known.
   *
   * @return how many; 0 where they go by themselves
   */
  int purgeDeletions(Instant now);

  /**
   * Makes a new session from the first {@code messageCount} messages of another.
   *
   * @param resetUsage whether the new session's totals begin at zero
   */
  ForkResult fork(
      SessionKey from, SessionId newId, long messageCount, boolean resetUsage, Instant now);

  /**
   * What turns need, for many sessions in one go.
   *
   * @param maxMessages how many of the newest messages of each, beside older pinned ones
   * @return the sessions that are there
   */
  Map<SessionKey, Conversation> load(Collection<SessionKey> keys, int maxMessages);

  /** What came of creating a session. */
  sealed interface CreateResult {
    record Created(Session session) implements CreateResult {}

    record AlreadyExists() implements CreateResult {}
  }

  /** What came of forking a session. */
  sealed interface ForkResult {
    record Forked(Session session) implements ForkResult {}

    record SourceNotFound() implements ForkResult {}

    /** {@code messageCount} is more than the source has. */
    record IndexOutOfRange(long sourceMessageCount) implements ForkResult {}

    record TargetExists() implements ForkResult {}
  }
}
