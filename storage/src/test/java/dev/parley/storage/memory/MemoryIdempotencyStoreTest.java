package dev.parley.storage.memory;

import dev.parley.storage.IdempotencyStore;
import dev.parley.storage.contract.IdempotencyStoreContract;

final class MemoryIdempotencyStoreTest extends IdempotencyStoreContract {

  private final MemoryIdempotencyStore keys = new MemoryIdempotencyStore();

  @Override
  protected IdempotencyStore keys() {
    return keys;
  }
}
