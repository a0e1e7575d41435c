package dev.parley.storage;

import dev.parley.schemas.TenantId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps tenants' own keys for model providers, sealed. */
public interface ProviderKeyStore {

  /** Null when the tenant has none for the provider. */
  @Nullable SealedKey find(TenantId tenantId, String provider);

  /**
   * By tenant and provider.
   *
   * @param tenantId null for those of all tenants
   */
  List<SealedKey> list(@Nullable TenantId tenantId);

  /** Replaces the tenant's key for the provider. */
  void put(SealedKey key);

  /** Replaces one key by another, unless it is no longer there or is another one by now. */
  boolean replace(SealedKey old, SealedKey key);

  /** False when there was none. */
  boolean delete(TenantId tenantId, String provider);

  /**
   * A key that only {@link dev.parley.storage.secrets.ProviderKeyVault} can open.
   *
   * @param masterKeyId which master key it was sealed with
   * @param sealed nonce, ciphertext and tag
   */
  @SuppressWarnings("ArrayRecordComponent") // opened, compared never
  record SealedKey(
      TenantId tenantId, String provider, String masterKeyId, byte[] sealed, Instant updatedAt) {

    @Override
    public String toString() {
      return "SealedKey[" + tenantId.value() + ", " + provider + ", " + masterKeyId + "]";
    }
  }
}
