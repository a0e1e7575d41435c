package dev.parley.storage.secrets;

import dev.parley.schemas.TenantId;
import dev.parley.storage.ProviderKeyStore;
import dev.parley.storage.ProviderKeyStore.SealedKey;
import dev.parley.storage.json.StoredTime;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Tenants' own provider keys: sealed with AES-256-GCM under a master key before they reach the
 * store, and bound to their tenant and provider, so that a row moved to another tenant does not
 * open. Thread-safe; asks the store each time.
 */
public final class ProviderKeyVault {

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final ProviderKeyStore store;
  private final MasterKeys masterKeys;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  public ProviderKeyVault(ProviderKeyStore store, MasterKeys masterKeys, Clock clock) {
    this.store = store;
    this.masterKeys = masterKeys;
    this.clock = clock;
  }

  /**
   * Seals and stores a key, in place of the one before.
   *
   * @throws SealedSecretException when no master key is configured
   */
  public SealedKey put(TenantId tenant, String provider, String key) throws SealedSecretException {
    SealedKey sealed = seal(tenant, provider, key);
    store.put(sealed);
    return sealed;
  }

  /**
   * The tenant's key; null when it has none of its own.
   *
   * @throws SealedSecretException when there is one, but it does not open
   */
  public @Nullable String find(TenantId tenant, String provider) throws SealedSecretException {
    SealedKey sealed = store.find(tenant, provider);
    return sealed == null ? null : open(sealed);
  }

  /** What there is, unopened. */
  public List<SealedKey> list(@Nullable TenantId tenant) {
    return store.list(tenant);
  }

  /** False when there was none. */
  public boolean delete(TenantId tenant, String provider) {
    return store.delete(tenant, provider);
  }

  /**
   * Seals all keys with the newest master key that are sealed with an older one, which can be taken
   * out of the configuration afterwards.
   *
   * @return how many were
   * @throws SealedSecretException at the first that does not open
   */
  public int rotate() throws SealedSecretException {
    int rotated = 0;
    for (SealedKey old : store.list(null)) {
      if (!old.masterKeyId().equals(masterKeys.sealingId())) {
        SealedKey sealed = seal(old.tenantId(), old.provider(), open(old));
        // A key that is set meanwhile is sealed with the newest master key already.
        if (store.replace(old, sealed)) {
          rotated++;
        }
      }
    }
    return rotated;
  }

  private SealedKey seal(TenantId tenant, String provider, String key)
      throws SealedSecretException {
    String id = masterKeys.sealingId();
    SecretKey master = id == null ? null : masterKeys.find(id);
    if (id == null || master == null) {
      throw new SealedSecretException(
          MasterKeys.VARIABLE + " is not set: tenants' provider keys cannot be stored");
    }
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, master, nonce, tenant, provider);
      byte[] text = cipher.doFinal(key.getBytes(StandardCharsets.UTF_8));
      byte[] sealed = Arrays.copyOf(nonce, nonce.length + text.length);
      System.arraycopy(text, 0, sealed, nonce.length, text.length);
      return new SealedKey(tenant, provider, id, sealed, StoredTime.cut(clock.instant()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  private String open(SealedKey key) throws SealedSecretException {
    SecretKey master = masterKeys.find(key.masterKeyId());
    if (master == null) {
      throw new SealedSecretException(
          "the provider key is sealed with master key "
              + key.masterKeyId()
              + ", which "
              + MasterKeys.VARIABLE
              + (masterKeys.isEmpty() ? ", not being set," : "")
              + " does not hold");
    }
    if (key.sealed().length < NONCE_BYTES) {
      throw damaged(key);
    }
    byte[] nonce = Arrays.copyOf(key.sealed(), NONCE_BYTES);
    try {
      byte[] opened =
          cipher(Cipher.DECRYPT_MODE, master, nonce, key.tenantId(), key.provider())
              .doFinal(key.sealed(), NONCE_BYTES, key.sealed().length - NONCE_BYTES);
      return new String(opened, StandardCharsets.UTF_8);
    } catch (AEADBadTagException e) {
      throw damaged(key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  private static SealedSecretException damaged(SealedKey key) {
    return new SealedSecretException(
        "the provider key under "
            + key.tenantId().value()
            + "/"
            + key.provider()
            + " was changed, or was sealed for another tenant or provider");
  }

  private static Cipher cipher(
      int mode, SecretKey key, byte[] nonce, TenantId tenant, String provider)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    // Neither holds a slash.
    cipher.updateAAD((tenant.value() + "/" + provider).getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
