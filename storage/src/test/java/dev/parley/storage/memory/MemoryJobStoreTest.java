package dev.parley.storage.memory;

import dev.parley.storage.JobStore;
import dev.parley.storage.contract.JobStoreContract;

final class MemoryJobStoreTest extends JobStoreContract {

  private final MemoryJobStore store = new MemoryJobStore();

  @Override
  protected JobStore store() {
    return store;
  }
}
