package dev.parley.storage.memory;

import dev.parley.schemas.JobId;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.TurnWriter;
import dev.parley.storage.turn.SplitTurnWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns, jobs and usage in the memory of this process, all or nothing. */
public final class MemoryTurnWriter implements TurnWriter {

  private final MemoryJobStore jobs;
  private final SplitTurnWriter writer;

  public MemoryTurnWriter(
      MemorySessionStore sessions, MemoryJobStore jobs, MemoryUsageStore usage) {
    this.jobs = jobs;
    this.writer = new SplitTurnWriter(sessions, new MemoryTurnLedger(jobs, usage));
  }

  @Override
  public List<CommitResult> commit(List<TurnEnd> ends) {
    synchronized (jobs) {
      return writer.commit(ends);
    }
  }

  @Override
  public void record(List<UsageEvent> usage) {
    writer.record(usage);
  }

  @Override
  public @Nullable TurnEnd recover(JobId jobId) {
    return writer.recover(jobId);
  }
}
