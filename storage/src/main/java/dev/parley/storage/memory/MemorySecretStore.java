package dev.parley.storage.memory;

import dev.parley.storage.SecretStore;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Secrets in the memory of this process. */
public final class MemorySecretStore implements SecretStore {

  private static final int BYTES = 32;

  private final Map<String, byte[]> secrets = new ConcurrentHashMap<>();
  private final SecureRandom random = new SecureRandom();

  @Override
  public byte[] getOrCreate(String name) {
    return secrets.computeIfAbsent(name, absent -> newSecret()).clone();
  }

  private byte[] newSecret() {
    byte[] secret = new byte[BYTES];
    random.nextBytes(secret);
    return secret;
  }
}
