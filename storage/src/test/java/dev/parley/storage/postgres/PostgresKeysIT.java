package dev.parley.storage.postgres;

import dev.parley.storage.ApiKeyStore;
import dev.parley.storage.SecretStore;
import dev.parley.storage.contract.KeysContract;
import dev.parley.storage.contract.Services;

final class PostgresKeysIT extends KeysContract {

  @Override
  protected ApiKeyStore keys() {
    return new PostgresApiKeyStore(Services.database());
  }

  @Override
  protected SecretStore secrets() {
    return new PostgresSecretStore(Services.database());
  }
}
