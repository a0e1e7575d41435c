package dev.parley.ingest.sessions;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.parley.schemas.SessionKey;
import dev.parley.storage.SessionStore;
import java.time.Duration;

/**
 * Tells whether a session is there, for the submit path. What is there is remembered for seconds,
 * what is not is asked about every time: a session that another node deletes takes messages until
 * then, and those end as failed when their turn comes. Thread-safe.
 */
public final class SessionDirectory {

  private static final Duration REMEMBERED = Duration.ofSeconds(5);

  private final SessionStore store;
  private final Cache<SessionKey, Boolean> known;

  public SessionDirectory(SessionStore store, Ticker ticker) {
    this.store = store;
    this.known =
        Caffeine.newBuilder()
            .maximumSize(200_000)
            .expireAfterWrite(REMEMBERED)
            .ticker(ticker)
            .build();
  }

  /**
   * @throws dev.parley.storage.StoreUnavailableException when it is not remembered and the store
   *     cannot be asked
   */
  public boolean exists(SessionKey key) {
    if (known.getIfPresent(key) != null) {
      return true;
    }
    boolean found = store.find(key) != null;
    if (found) {
      known.put(key, Boolean.TRUE);
    }
    return found;
  }

  void created(SessionKey key) {
    known.put(key, Boolean.TRUE);
  }

  void deleted(SessionKey key) {
    known.invalidate(key);
  }
}
