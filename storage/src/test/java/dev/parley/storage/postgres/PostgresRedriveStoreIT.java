package dev.parley.storage.postgres;

import dev.parley.storage.RedriveStore;
import dev.parley.storage.contract.RedriveStoreContract;
import dev.parley.storage.contract.Services;

final class PostgresRedriveStoreIT extends RedriveStoreContract {

  @Override
  protected RedriveStore store() {
    return new PostgresRedriveStore(Services.database());
  }
}
