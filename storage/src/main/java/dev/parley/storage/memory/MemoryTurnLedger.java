package dev.parley.storage.memory;

import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.Job;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.storage.turn.TurnLedger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Job ends and usage rows in the memory of this process. */
final class MemoryTurnLedger implements TurnLedger {

  private final MemoryJobStore jobs;
  private final MemoryUsageStore usage;

  MemoryTurnLedger(MemoryJobStore jobs, MemoryUsageStore usage) {
    this.jobs = jobs;
    this.usage = usage;
  }

  /** Seals nothing: who writes holds the lock of the jobs from here until the end. */
  @Override
  public Map<JobId, Job> seal(List<TurnEnd> ends) {
    Map<JobId, Job> fenced = new HashMap<>();
    for (TurnEnd end : ends) {
      Job job = fencedBy(end);
      if (job != null) {
        fenced.put(job.id(), job);
      }
    }
    return fenced;
  }

  @Override
  public List<@Nullable Job> end(List<TurnEnd> ends) {
    List<@Nullable Job> results = new ArrayList<>();
    // the lock of the jobs keeps a cancel from coming between the look and the write
    synchronized (jobs) {
      for (TurnEnd end : ends) {
        Job fencedBy = fencedBy(end);
        if (fencedBy == null) {
          jobs.put(Jobs.ended(jobs.find(end.outcome().ended().jobId()), end));
          usage.add(end.usage());
        } else if (fencedBy.status() == JobStatus.CANCELLED
            && fencedBy.attempts() == end.attempt()) {
          usage.add(end.usage());
        }
        results.add(fencedBy);
      }
    }
    return results;
  }

  @Override
  public void record(List<UsageEvent> events) {
    usage.add(events);
  }

  private @Nullable Job fencedBy(TurnEnd end) {
    Job job = jobs.find(end.outcome().ended().jobId());
    boolean fenced = job != null && (job.status().isFinal() || job.attempts() > end.attempt());
    return fenced ? job : null;
  }
}
