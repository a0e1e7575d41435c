package dev.parley.storage.memory;

import dev.parley.storage.JobStore;
import dev.parley.storage.SessionStore;
import dev.parley.storage.TurnWriter;
import dev.parley.storage.UsageStore;
import dev.parley.storage.contract.TurnWriterContract;
import java.time.Clock;

final class MemoryTurnWriterTest extends TurnWriterContract {

  private final MemorySessionStore sessions = new MemorySessionStore();
  private final MemoryJobStore jobs = new MemoryJobStore();
  private final MemoryUsageStore usage = new MemoryUsageStore(Clock.systemUTC());
  private final TurnWriter writer = new MemoryTurnWriter(sessions, jobs, usage);

  @Override
  protected TurnWriter writer() {
    return writer;
  }

  @Override
  protected SessionStore sessions() {
    return sessions;
  }

  @Override
  protected JobStore jobs() {
    return jobs;
  }

  @Override
  protected UsageStore usage() {
    return usage;
  }
}
