package dev.parley.storage;

import dev.parley.schemas.TenantId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps API keys by the SHA-256 of the key; the key itself is never stored. */
public interface ApiKeyStore {

  /** Adds a key; one whose id or hash is there already changes nothing. */
  void add(ApiKey key);

  @Nullable ApiKey findByHash(String sha256Hex);

  List<ApiKey> list(@Nullable TenantId tenantId);

  /**
   * @return false when no such key is there; true also when it was revoked before
   */
  boolean revoke(String id, Instant now);

  /**
   * A key as stored.
   *
   * @param id public, names the key in lists and logs
   * @param sha256Hex of the whole key; keys are random, so a plain hash is enough
   */
  record ApiKey(
      String id,
      TenantId tenantId,
      Role role,
      String sha256Hex,
      @Nullable String label,
      Instant createdAt,
      @Nullable Instant revokedAt) {

    /** What a key may do. */
    public enum Role {
      TENANT,
      ADMIN
    }
  }
}
