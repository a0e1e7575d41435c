package dev.parley.storage;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes how turns ended: a turn's messages, its job's end and its usage rows, all or nothing.
 *
 * <p>With sessions in PostgreSQL that is one transaction. With sessions elsewhere the messages are
 * appended first, at most once per job, together with the whole turn end; whoever finds a job whose
 * turn end is there already, by {@link #recover}, writes that one instead of calling the provider.
 */
public interface TurnWriter {

  /**
   * Writes many turn ends, in one transaction where the stores allow it.
   *
   * @return a result for each, in order
   */
  List<CommitResult> commit(List<TurnEnd> ends);

  /**
   * Writes ledger rows of a turn that goes on: calls that failed and were paid for. Rows that are
   * there already stay as they are.
   */
  void record(List<UsageEvent> usage);

  /** The turn end of a job whose messages were appended but whose job was not ended, or null. */
  @Nullable TurnEnd recover(JobId jobId);

  /**
   * How a turn ended.
   *
   * @param attempt the claim that the caller holds
   * @param incarnation of the session that the turn was made from; ignored when there are no
   *     messages
   * @param messages to append, question and answer; empty unless the job completed
   * @param summary what the turn sent in place of older messages, to be kept for the next one; null
   *     leaves what is there
   * @param rewrite what a compaction takes out; null for turns, and then nothing is appended
   * @param usage a row for each provider call; written also when the job was cancelled meanwhile
   */
  record TurnEnd(
      JobOutcome outcome,
      int attempt,
      long incarnation,
      List<Message> messages,
      @Nullable ContextSummary summary,
      @Nullable Rewrite rewrite,
      List<UsageEvent> usage) {
    public TurnEnd {
      messages = List.copyOf(messages);
      usage = List.copyOf(usage);
      if (rewrite != null && !(messages.isEmpty() && summary == null)) {
        throw new IllegalArgumentException("a compaction appends nothing");
      }
    }

    /** An end that rewrites nothing. */
    public TurnEnd(
        JobOutcome outcome,
        int attempt,
        long incarnation,
        List<Message> messages,
        List<UsageEvent> usage) {
      this(outcome, attempt, incarnation, messages, null, null, usage);
    }

    public TurnEnd withAttempt(int newAttempt) {
      return new TurnEnd(outcome, newAttempt, incarnation, messages, summary, rewrite, usage);
    }

    public TurnEnd withUsage(List<UsageEvent> newUsage) {
      return new TurnEnd(outcome, attempt, incarnation, messages, summary, rewrite, newUsage);
    }

    /** Whether the session is another one afterwards. */
    public boolean changesSession() {
      return !messages.isEmpty() || rewrite != null;
    }

    /** How many messages more the session has afterwards; negative when it has less. */
    public long messagesAdded() {
      return rewrite == null ? messages.size() : -rewrite.removedCount();
    }
  }

  /**
   * Takes messages out of a session and closes the gaps.
   *
   * @param expectedMessageCount the count that the positions were chosen by
   * @param from the first position that is taken out; never the system message's
   * @param to the first position behind the last one that is taken out
   * @param kept positions in between that stay, in order
   * @param summary stands at {@code from} afterwards; null for none
   */
  record Rewrite(
      long expectedMessageCount, long from, long to, List<Long> kept, @Nullable Message summary) {
    public Rewrite {
      kept = List.copyOf(kept);
      if (from < 0 || to <= from || to > expectedMessageCount || kept.size() >= to - from) {
        throw new IllegalArgumentException("takes out nothing, or what is not there");
      }
    }

    /** How many messages less the session has afterwards. */
    public long removedCount() {
      return to - from - kept.size() - (summary == null ? 0 : 1);
    }
  }

  /** What came of a turn end. */
  sealed interface CommitResult {
    /**
     * It is written.
     *
     * @param session after the turn; null when the turn appended nothing
     */
    record Committed(@Nullable Session session) implements CommitResult {}

    /**
     * The job was ended by somebody else (by a cancel, or by a worker that holds a later attempt):
     * nothing was written but, when the job was cancelled under this attempt, the usage rows.
     *
     * @param job as it stands; not ended when a later attempt is under way
     */
    record Fenced(Job job) implements CommitResult {}

    /** The session is not there any more, in that incarnation: nothing was written. */
    record SessionGone() implements CommitResult {}

    /** The session has other messages than a compaction was made for: nothing was written. */
    record SessionChanged() implements CommitResult {}
  }
}
