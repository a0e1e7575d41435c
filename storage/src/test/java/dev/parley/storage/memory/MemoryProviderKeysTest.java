package dev.parley.storage.memory;

import dev.parley.storage.ProviderKeyStore;
import dev.parley.storage.contract.ProviderKeysContract;

final class MemoryProviderKeysTest extends ProviderKeysContract {

  private final ProviderKeyStore store = new MemoryProviderKeyStore();

  @Override
  protected ProviderKeyStore store() {
    return store;
  }
}
