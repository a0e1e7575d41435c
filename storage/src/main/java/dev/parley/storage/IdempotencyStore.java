package dev.parley.storage;

import dev.parley.schemas.JobId;
import dev.parley.schemas.TenantId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which job a client's idempotency key stands for, for {@link #REMEMBERED}. Of all
 * requests that carry one key, on whatever nodes, one at a time may publish its job.
 */
public interface IdempotencyStore {

  Duration REMEMBERED = Duration.ofHours(24);

  /**
   * Ties the key to the job unless it is tied to one already, and asks for leave to publish.
   *
   * @param job for a key that is new, or was last new longer ago than is remembered
   * @param now the key is new since then, when it is
   * @param heldUntil until then nobody else is given leave
   */
  Claim claim(KeyedRequest request, JobId job, Instant now, Instant heldUntil);

  /** What is remembered of the key, without changing it; null when that is nothing. */
  @Nullable Claim find(KeyedRequest request, Instant now);

  /** Notes that the job is in the log for good. */
  void published(KeyedRequest request, JobId job);

  /** Gives leave back: whoever asks next may publish. */
  void release(KeyedRequest request, JobId job);

  /**
   * Forgets the keys of all tenants that are not remembered any more.
   *
   * @return how many
   */
  int purge(Instant now);

  /**
   * A request that carries a key.
   *
   * @param keySha256 in hexadecimal
   * @param requestSha256 in hexadecimal, of what must be the same for it to be the same request
   */
  record KeyedRequest(TenantId tenantId, String keySha256, String requestSha256) {}

  /** What a request with a key may do. */
  sealed interface Claim {

    /**
     * Publish, under this id.
     *
     * @param first whether no request before this one had the key
     */
    record Granted(JobId job, boolean first) implements Claim {}

    /** Wait: another request is publishing the job, or has left it undone. */
    record Held(JobId job) implements Claim {}

    /** Nothing: the job is in the log. */
    record Published(JobId job) implements Claim {}

    /** Nothing: the key stands for another request. */
    record OtherRequest() implements Claim {}
  }
}
