package dev.parley.storage.memory;

import dev.parley.storage.TurnWriter;
import dev.parley.storage.UsageAudit;
import dev.parley.storage.UsageStore;
import dev.parley.storage.contract.UsageAuditContract;
import java.time.Clock;

final class MemoryUsageAuditTest extends UsageAuditContract {

  private final MemoryUsageStore store = new MemoryUsageStore(Clock.systemUTC());
  private final TurnWriter writer =
      new MemoryTurnWriter(new MemorySessionStore(), new MemoryJobStore(), store);

  @Override
  protected UsageAudit audit() {
    return store;
  }

  @Override
  protected UsageStore store() {
    return store;
  }

  @Override
  protected TurnWriter writer() {
    return writer;
  }
}
