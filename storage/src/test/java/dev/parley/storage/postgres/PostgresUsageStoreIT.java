package dev.parley.storage.postgres;

import dev.parley.storage.TurnWriter;
import dev.parley.storage.UsageStore;
import dev.parley.storage.contract.Services;
import dev.parley.storage.contract.UsageStoreContract;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

final class PostgresUsageStoreIT extends UsageStoreContract {

  @Override
  protected UsageStore store() {
    return new PostgresUsageStore(Services.database(), Clock.fixed(now(), ZoneOffset.UTC));
  }

  @Override
  protected TurnWriter writer() {
    return new PostgresTurnWriter(Services.database());
  }

  @Override
  protected Instant now() {
    return Instant.parse("2099-01-01T00:00:00Z");
  }
}
