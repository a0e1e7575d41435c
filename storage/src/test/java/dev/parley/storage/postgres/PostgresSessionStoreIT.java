package dev.parley.storage.postgres;

import dev.parley.storage.SessionStore;
import dev.parley.storage.contract.Services;
import dev.parley.storage.contract.SessionStoreContract;

final class PostgresSessionStoreIT extends SessionStoreContract {

  @Override
  protected SessionStore store() {
    return new PostgresSessionStore(Services.database());
  }
}
