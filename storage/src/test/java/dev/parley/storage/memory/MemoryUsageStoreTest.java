package dev.parley.storage.memory;

import dev.parley.storage.TurnWriter;
import dev.parley.storage.UsageStore;
import dev.parley.storage.contract.UsageStoreContract;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

final class MemoryUsageStoreTest extends UsageStoreContract {

  private final MemoryUsageStore store = new MemoryUsageStore(Clock.fixed(now(), ZoneOffset.UTC));
  private final TurnWriter writer =
      new MemoryTurnWriter(new MemorySessionStore(), new MemoryJobStore(), store);

  @Override
  protected UsageStore store() {
    return store;
  }

  @Override
  protected TurnWriter writer() {
    return writer;
  }

  @Override
  protected Instant now() {
    return Instant.parse("2026-06-01T00:00:00Z");
  }
}
