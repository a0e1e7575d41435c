package dev.parley.storage.memory;

import dev.parley.schemas.JobId;
import dev.parley.schemas.TenantId;
import dev.parley.storage.IdempotencyStore;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Idempotency keys in the memory of this process. */
public final class MemoryIdempotencyStore implements IdempotencyStore {

  private record Key(TenantId tenantId, String sha256) {}

  private record Entry(
      String requestSha256, JobId job, Instant createdAt, Instant heldUntil, boolean published) {

    Claim seenBy(KeyedRequest request) {
      if (!requestSha256.equals(request.requestSha256())) {
        return new Claim.OtherRequest();
      }
      return published ? new Claim.Published(job) : new Claim.Held(job);
    }
  }

  // INVARIANT: touched under the lock of this object only
  private final Map<Key, Entry> entries = new HashMap<>();

  @Override
  public synchronized Claim claim(KeyedRequest request, JobId job, Instant now, Instant heldUntil) {
    Entry present = remembered(request, now);
    if (present == null) {
      entries.put(key(request), new Entry(request.requestSha256(), job, now, heldUntil, false));
      return new Claim.Granted(job, true);
    }
    Claim seen = present.seenBy(request);
    if (!(seen instanceof Claim.Held) || present.heldUntil().isAfter(now)) {
      return seen;
    }
    entries.put(
        key(request),
        new Entry(present.requestSha256(), present.job(), present.createdAt(), heldUntil, false));
    return new Claim.Granted(present.job(), false);
  }

  @Override
  public synchronized @Nullable Claim find(KeyedRequest request, Instant now) {
    Entry present = remembered(request, now);
    return present == null ? null : present.seenBy(request);
  }

  @Override
  public synchronized void published(KeyedRequest request, JobId job) {
    change(request, job, true);
  }

  @Override
  public synchronized void release(KeyedRequest request, JobId job) {
    change(request, job, false);
  }

  private void change(KeyedRequest request, JobId job, boolean published) {
    entries.computeIfPresent(
        key(request),
        (key, entry) ->
            !entry.job().equals(job) || entry.published()
                ? entry
                : new Entry(entry.requestSha256(), job, entry.createdAt(), Instant.MIN, published));
  }

  @Override
  public synchronized int purge(Instant now) {
    int before = entries.size();
    entries.values().removeIf(entry -> !entry.createdAt().isAfter(now.minus(REMEMBERED)));
    return before - entries.size();
  }

  private @Nullable Entry remembered(KeyedRequest request, Instant now) {
    Entry entry = entries.get(key(request));
    return entry == null || !entry.createdAt().isAfter(now.minus(REMEMBERED)) ? null : entry;
  }

  private static Key key(KeyedRequest request) {
    return new Key(request.tenantId(), request.keySha256());
  }
}
