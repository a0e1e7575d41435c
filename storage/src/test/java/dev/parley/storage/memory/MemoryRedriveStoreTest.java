package dev.parley.storage.memory;

import dev.parley.storage.RedriveStore;
import dev.parley.storage.contract.RedriveStoreContract;

final class MemoryRedriveStoreTest extends RedriveStoreContract {

  private final MemoryRedriveStore store = new MemoryRedriveStore();

  @Override
  protected RedriveStore store() {
    return store;
  }
}
