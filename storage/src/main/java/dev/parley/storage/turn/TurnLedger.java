package dev.parley.storage.turn;

import dev.parley.schemas.JobId;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.Job;
import dev.parley.storage.TurnWriter.TurnEnd;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ends jobs and writes their usage rows, where the messages are kept elsewhere. */
public interface TurnLedger {

  /**
   * Keeps the jobs of these turn ends from being cancelled until {@link #end}, or until a later
   * attempt takes them up.
   *
   * @return the jobs of those turn ends that may not be written any more, as they stand
   */
  Map<JobId, Job> seal(List<TurnEnd> ends);

  /**
   * Writes job ends and usage rows in one transaction; for a job that was cancelled under the same
   * attempt the usage rows alone.
   *
   * @return for each, in order, null when it is written, else the job as it stands
   */
  List<@Nullable Job> end(List<TurnEnd> ends);

  /** Writes usage rows alone; see {@link dev.parley.storage.TurnWriter#record}. */
  void record(List<UsageEvent> usage);
}
