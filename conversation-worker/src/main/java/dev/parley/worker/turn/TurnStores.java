package dev.parley.worker.turn;

import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.Message;
import dev.parley.storage.Conversation;
import dev.parley.storage.SessionStore;
import dev.parley.storage.TurnWriter.CommitResult;
import dev.parley.storage.TurnWriter.TurnEnd;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a turn needs of the stores, one item at a time; behind it many turns share a statement.
 * Everything but {@link #commit} and {@link #usageOf} may throw {@link
 * dev.parley.storage.StoreUnavailableException}.
 */
interface TurnStores {

  /**
   * The session with its newest messages, unless the job was cancelled while it waited: whoever
   * begins a call afterwards begins one that nobody had cancelled.
   */
  Loaded load(SessionKey key, JobId jobId) throws InterruptedException;

  /** What a job finds when its turn comes. */
  sealed interface Loaded {
    record Found(Conversation conversation) implements Loaded {}

    record NoSession() implements Loaded {}

    record Cancelled() implements Loaded {}
  }

  /** Messages by position; see {@link dev.parley.storage.SessionStore#messages}. */
  List<Message> messages(SessionKey key, long fromPosition, int limit);

  /** Makes the session unless it is there, or was deleted after it was asked for. */
  void createIfAbsent(SessionStore.Missing session) throws InterruptedException;

  /** A turn end that was written half; see {@link dev.parley.storage.TurnWriter#recover}. */
  @Nullable TurnEnd recover(JobId jobId);

  /**
   * Writes a turn's end. Waits as long as the store is away: what a provider was paid for is not
   * thrown away because a database restarts.
   *
   * @throws dev.parley.storage.RefusedException when the store will never hold it
   */
  CommitResult commit(TurnEnd end) throws InterruptedException;

  /**
   * Writes ledger rows of a turn that goes on. Waits as {@link #commit} does.
   *
   * @throws dev.parley.storage.RefusedException when the store will never hold them
   */
  void record(List<UsageEvent> usage) throws InterruptedException;

  /**
   * The usage of a job that has ended. Waits as {@link #commit} does: it is asked for when a turn
   * finds its end written already, and giving up then would call the provider again.
   */
  List<UsageEvent> usageOf(JobId jobId) throws InterruptedException;
}
