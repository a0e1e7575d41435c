package dev.parley.storage.turn;

import dev.parley.schemas.JobId;
import dev.parley.storage.Session;
import dev.parley.storage.TurnWriter.TurnEnd;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sessions that turns are appended to, or that are compacted, at most once for each job. */
public interface SessionLog {

  /**
   * Appends the messages of each turn end, or rewrites the session as it says, together with a
   * receipt that holds the whole turn end, all or nothing for each.
   *
   * @return a result for each, in order
   */
  List<Appended> append(List<TurnEnd> ends);

  /** The turn end in the job's receipt; null when there is none or it has been settled. */
  @Nullable TurnEnd receipt(JobId jobId);

  /**
   * Tells that these jobs have ended: their receipts need not hold the turn ends any more. That
   * they were appended must still be known for as long as a stale worker might come with them.
   */
  void settle(List<JobId> jobIds);

  /** What came of appending. */
  sealed interface Appended {
    record Done(Session session) implements Appended {}

    /**
     * The job's messages are there already.
     *
     * @param end as it was appended; null when it was settled
     */
    record Before(Session session, @Nullable TurnEnd end) implements Appended {}

    /** The session is not there any more, in that incarnation. */
    record Gone() implements Appended {}

    /** The session has other messages than a compaction was made for. */
    record Changed() implements Appended {}
  }
}
