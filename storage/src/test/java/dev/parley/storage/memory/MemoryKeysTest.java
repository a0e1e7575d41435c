package dev.parley.storage.memory;

import dev.parley.storage.ApiKeyStore;
import dev.parley.storage.SecretStore;
import dev.parley.storage.contract.KeysContract;

final class MemoryKeysTest extends KeysContract {

  private final MemoryApiKeyStore keys = new MemoryApiKeyStore();
  private final MemorySecretStore secrets = new MemorySecretStore();

  @Override
  protected ApiKeyStore keys() {
    return keys;
  }

  @Override
  protected SecretStore secrets() {
    return secrets;
  }
}
