package dev.parley.storage.secrets;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The keys that tenants' secrets are sealed with: the first seals, all open. A key is known by the
 * beginning of its SHA-256, so that a row tells which one it needs without telling the key.
 */
public final class MasterKeys {

  /** The variable that holds them. */
  public static final String VARIABLE = "PROVIDER_KEYS_SECRET";

  /** No key: nothing can be sealed or opened. */
  public static final MasterKeys NONE = new MasterKeys(List.of());

  private static final int BYTES = 32;
  private static final int ID_BYTES = 4;

  private final List<Named> keys;

  private MasterKeys(List<Named> keys) {
    this.keys = keys;
  }

  private record Named(String id, SecretKey key) {}

  /**
   * Reads the value of {@link #VARIABLE}.
   *
   * @param value keys of 32 bytes in base64, with commas between them, the newest first; null or
   *     blank for {@link #NONE}
   * @throws IllegalArgumentException with a message that does not quote the value
   */
  public static MasterKeys parse(@Nullable String value) {
    if (value == null || value.isBlank()) {
      return NONE;
    }
    List<Named> keys = new ArrayList<>();
    for (String text : value.split(",", -1)) {
      byte[] bytes = decode(text.strip());
      if (bytes == null || bytes.length != BYTES) {
        // without the cause, whose message would quote the value
        throw new IllegalArgumentException(
            VARIABLE
                + " must be keys of 32 bytes in base64, with commas between them; 'openssl rand"
                + " -base64 32' makes one");
      }
      keys.add(new Named(idOf(bytes), new SecretKeySpec(bytes, "AES")));
    }
    return new MasterKeys(List.copyOf(keys));
  }

  public boolean isEmpty() {
    return keys.isEmpty();
  }

  /** The id of the key that seals; null when there is none. */
  @Nullable String sealingId() {
    return keys.isEmpty() ? null : keys.getFirst().id();
  }

  /** Null when there is no such key. */
  @Nullable SecretKey find(String id) {
    for (Named named : keys) {
      if (named.id().equals(id)) {
        return named.key();
      }
    }
    return null;
  }

  /** The ids alone. */
  @Override
  public String toString() {
    return "MasterKeys" + keys.stream().map(Named::id).toList();
  }

  private static byte @Nullable [] decode(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static String idOf(byte[] key) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(key);
      return HexFormat.of().formatHex(hash, 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
