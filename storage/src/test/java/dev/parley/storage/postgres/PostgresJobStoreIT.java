package dev.parley.storage.postgres;

import dev.parley.storage.JobStore;
import dev.parley.storage.contract.JobStoreContract;
import dev.parley.storage.contract.Services;

final class PostgresJobStoreIT extends JobStoreContract {

  @Override
  protected JobStore store() {
    return new PostgresJobStore(Services.database());
  }
}
