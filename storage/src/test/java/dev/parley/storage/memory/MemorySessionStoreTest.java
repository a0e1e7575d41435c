package dev.parley.storage.memory;

import dev.parley.storage.SessionStore;
import dev.parley.storage.contract.SessionStoreContract;

final class MemorySessionStoreTest extends SessionStoreContract {

  private final MemorySessionStore store = new MemorySessionStore();

  @Override
  protected SessionStore store() {
    return store;
  }
}
