package dev.parley.storage.postgres;

import dev.parley.storage.TurnWriter;
import dev.parley.storage.UsageAudit;
import dev.parley.storage.UsageStore;
import dev.parley.storage.contract.Services;
import dev.parley.storage.contract.UsageAuditContract;
import java.time.Clock;

final class PostgresUsageAuditIT extends UsageAuditContract {

  @Override
  protected UsageAudit audit() {
    return new PostgresUsageAudit(Services.database());
  }

  @Override
  protected UsageStore store() {
    return new PostgresUsageStore(Services.database(), Clock.systemUTC());
  }

  @Override
  protected TurnWriter writer() {
    return new PostgresTurnWriter(Services.database());
  }
}
