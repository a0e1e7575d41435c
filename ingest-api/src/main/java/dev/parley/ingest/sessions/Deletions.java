package dev.parley.ingest.sessions;

import dev.parley.schemas.SessionKey;
import dev.parley.storage.SessionStore;
import dev.parley.storage.StoreUnavailableException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes sessions, those too that are only on their way, and forgets in time that it did.
 * Thread-safe.
 */
final class Deletions {

  private static final Logger log = LoggerFactory.getLogger(Deletions.class);

  private static final Duration PURGE_EVERY = Duration.ofHours(1);

  private final SessionStore store;
  private final SessionDirectory directory;
  private final Clock clock;
  private final AtomicReference<Instant> purgeAt;

  Deletions(SessionStore store, SessionDirectory directory, Clock clock) {
    this.store = store;
    this.directory = directory;
    this.clock = clock;
    this.purgeAt = new AtomicReference<>(Instant.MIN);
  }

  /**
   * @return false when there is nothing to delete
   */
  boolean delete(SessionKey key) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    purgeNowAndThen(now);
    if (store.delete(key, now, false)
        || (directory.isOnItsWay(key) && store.delete(key, now, true))) {
      directory.deleted(key);
      return true;
    }
    directory.missed(key);
    return false;
  }

  /** Of all tenants: one that deletes nothing more would keep its own for ever. */
  private void purgeNowAndThen(Instant now) {
    Instant due = purgeAt.get();
    if (now.isAfter(due) && purgeAt.compareAndSet(due, now.plus(PURGE_EVERY))) {
      Thread.startVirtualThread(() -> purge(now));
    }
  }

  private void purge(Instant now) {
    try {
      int count = store.purgeDeletions(now);
      log.atDebug().setMessage("deletions purged").addKeyValue("count", count).log();
    } catch (StoreUnavailableException e) {
      log.atDebug().setMessage("deletions not purged").log();
    }
  }
}
