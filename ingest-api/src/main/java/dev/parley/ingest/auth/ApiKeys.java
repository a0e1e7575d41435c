package dev.parley.ingest.auth;

import dev.parley.schemas.TenantId;
import dev.parley.storage.ApiKeyStore;
import dev.parley.storage.ApiKeyStore.ApiKey;
import dev.parley.storage.ApiKeyStore.ApiKey.Role;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Makes API keys: {@code pk_} and 32 random bytes in hexadecimal. Thread-safe. */
public final class ApiKeys {

  static final String PREFIX = "pk_";
  static final int LENGTH = PREFIX.length() + 64;

  private static final HexFormat HEX = HexFormat.of();

  private final ApiKeyStore store;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  public ApiKeys(ApiKeyStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /** Makes and stores a key. What is returned is the only place where the key can be read. */
  public Minted mint(TenantId tenantId, Role role, @Nullable String label) {
    return add(PREFIX + HEX.formatHex(randomBytes(32)), tenantId, role, label);
  }

  /**
   * Stores a key that was made elsewhere, as local stacks do that keep theirs in a file.
   *
   * @throws IllegalArgumentException when it does not look like one of ours
   */
  public Minted add(String key, TenantId tenantId, Role role, @Nullable String label) {
    if (!isWellFormed(key)) {
      throw new IllegalArgumentException("not an API key: pk_ and 64 hexadecimal digits");
    }
    ApiKey stored =
        new ApiKey(
            "key_" + HEX.formatHex(randomBytes(9)),
            tenantId,
            role,
            sha256Hex(key),
            label,
            clock.instant(),
            null);
    store.add(stored);
    return new Minted(key, stored);
  }

  static boolean isWellFormed(String key) {
    return key.length() == LENGTH && key.startsWith(PREFIX);
  }

  /** What keys are stored and looked up by. */
  public static String sha256Hex(String key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HEX.formatHex(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  /**
   * A new key.
   *
   * @param key to be shown once
   */
  public record Minted(String key, ApiKey stored) {
    @Override
    public String toString() {
      return "Minted[" + stored.id() + "]";
    }
  }
}
