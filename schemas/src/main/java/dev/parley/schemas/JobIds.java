package dev.parley.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Makes job ids that carry their own proof.
 *
 * <p>An id is {@code job_} and 26 bytes in Crockford's base 32 (lower case): 6 bytes of Unix
 * milliseconds, 10 random bytes, and the first 10 bytes of an HMAC-SHA-256 over the tenant and
 * those 16 bytes. Ids of later milliseconds sort after those of earlier ones. Whoever holds the
 * secret can tell, without any store, that this deployment gave this id to this tenant: an id that
 * verifies was minted by an ingest node, so it is answered as queued until a worker has written
 * something about it.
 *
 * <p>Safe for use by many threads.
 */
public final class JobIds {

  /** The shortest secret that is taken. */
  public static final int MIN_SECRET_BYTES = 16;

  private static final String PREFIX = "job_";
  private static final int MILLIS_BYTES = 6;
  private static final int BODY_BYTES = 16;
  private static final int PROOF_BYTES = 10;

  /** How many bytes an id says. */
  public static final int BYTES = BODY_BYTES + PROOF_BYTES;

  private static final int TEXT_LENGTH = PREFIX.length() + Base32.length(BYTES);
  private static final String ALGORITHM = "HmacSHA256";

  /** What the code is computed for stands in front, so that none can be passed off as another. */
  private static final byte PROOF = 1;

  private static final byte IDEMPOTENT_BODY = 2;

  private final Clock clock;
  private final RandomBytes random;
  private final Mac proofs;
  private final Mac idempotentBodies;

  /**
   * @param secret at least {@value #MIN_SECRET_BYTES} bytes, the same on every ingest node
   * @throws IllegalArgumentException when the secret is too short
   */
  public JobIds(byte[] secret, Clock clock) {
    this(secret, clock, new SecureRandom());
  }

  JobIds(byte[] secret, Clock clock, RandomGenerator random) {
    if (secret.length < MIN_SECRET_BYTES) {
      throw new IllegalArgumentException(
          "job id secret must have at least " + MIN_SECRET_BYTES + " bytes");
    }
    this.clock = clock;
    this.random = new RandomBytes(random);
    this.proofs = newMac(secret, PROOF);
    this.idempotentBodies = newMac(secret, IDEMPOTENT_BODY);
  }

  /** A new id for the tenant, stamped with the current time. */
  public JobId mint(TenantId tenant) {
    return mint(tenant, clock.instant());
  }

  /** A new id for the tenant that tells {@code at}, to the millisecond. */
  public JobId mint(TenantId tenant, Instant at) {
    byte[] body = new byte[BODY_BYTES];
    random.next(body, MILLIS_BYTES);
    putMillis(body, at.toEpochMilli());
    return seal(tenant, body);
  }

  /**
   * The same id for the same tenant and key, always and on every node: two submissions that carry
   * one idempotency key are one job. It holds no time, so {@link #mintedAt} knows none.
   */
  public JobId mintFor(TenantId tenant, String idempotencyKey) {
    Mac mac = macFor(idempotentBodies, tenant);
    byte[] body =
        Arrays.copyOf(mac.doFinal(idempotencyKey.getBytes(StandardCharsets.UTF_8)), BODY_BYTES);
    putMillis(body, 0);
    return seal(tenant, body);
  }

  /** Whether this deployment gave {@code id} to {@code tenant}. Constant time in the proof. */
  public boolean verify(TenantId tenant, JobId id) {
    byte @Nullable [] bytes = bytesOf(id);
    if (bytes == null) {
      return false;
    }
    byte[] body = Arrays.copyOf(bytes, BODY_BYTES);
    byte[] proof = Arrays.copyOfRange(bytes, BODY_BYTES, bytes.length);
    return MessageDigest.isEqual(proof, proof(tenant, body));
  }

  /**
   * When the id was minted, to the millisecond; null when the id does not tell. Only to be believed
   * of an id that was verified.
   */
  public static @Nullable Instant mintedAt(JobId id) {
    byte @Nullable [] bytes = bytesOf(id);
    if (bytes == null) {
      return null;
    }
    long millis = ByteBuffer.wrap(bytes).getLong() >>> 16;
    return millis == 0 ? null : Instant.ofEpochMilli(millis);
  }

  /** The {@value #BYTES} bytes of an id, whoever made it; null when it is not of this form. */
  public static byte @Nullable [] bytesOf(JobId id) {
    String text = id.value();
    if (text.length() != TEXT_LENGTH || !text.startsWith(PREFIX)) {
      return null;
    }
    return Base32.decode(text, PREFIX.length(), BYTES);
  }

  /** The id that has those bytes. */
  public static JobId ofBytes(byte[] bytes) {
    return new JobId(PREFIX + Base32.encode(bytes));
  }

  private JobId seal(TenantId tenant, byte[] body) {
    byte[] all = Arrays.copyOf(body, BYTES);
    System.arraycopy(proof(tenant, body), 0, all, BODY_BYTES, PROOF_BYTES);
    return ofBytes(all);
  }

  private byte[] proof(TenantId tenant, byte[] body) {
    return Arrays.copyOf(macFor(proofs, tenant).doFinal(body), PROOF_BYTES);
  }

  private static void putMillis(byte[] body, long millis) {
    for (int i = 0; i < MILLIS_BYTES; i++) {
      body[i] = (byte) (millis >>> (40 - 8 * i));
    }
  }

  /**
   * A copy of the prototype, which itself is never fed any more. Copying takes half of what setting
   * one up takes, and a thread's own instance is of no use to virtual threads that serve one
   * request each.
   */
  private static Mac macFor(Mac prototype, TenantId tenant) {
    Mac mac;
    try {
      mac = (Mac) prototype.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the platform's " + ALGORITHM + " cannot be copied", e);
    }
    mac.update(tenant.value().getBytes(StandardCharsets.US_ASCII));
    mac.update((byte) 0);
    return mac;
  }

  private static Mac newMac(byte[] secret, byte purpose) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      mac.update(purpose);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }
}
