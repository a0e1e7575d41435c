package dev.parley.ingest.sessions;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.parley.schemas.SessionKey;
import dev.parley.storage.ExpectedSessions;
import dev.parley.storage.Session;
import dev.parley.storage.SessionStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a session is there, for the submit path. What is there is remembered for seconds,
 * what is not is asked about every time: a session that another node deletes takes messages until
 * then, and those end as failed when their turn comes.
 *
 * <p>A session that an accepted message is going to make counts as there, so that whoever sends the
 * first message may send the second without waiting for the first, through any node where they can
 * tell each other; see decision 19. Thread-safe.
 */
public final class SessionDirectory {

  private static final Duration REMEMBERED = Duration.ofSeconds(5);

  /** For how long an accepted message that makes a session is believed to do so. */
  private static final Duration EXPECTED = Duration.ofMinutes(15);

  private final SessionStore store;
  private final Cache<SessionKey, Long> known;
  private final ExpectedSessions expectedAnywhere;
  private final Cache<SessionKey, Boolean> expected;

  /** What the other nodes were told lately: one of them may delete it, and then forgets it. */
  private final Cache<SessionKey, CompletableFuture<Void>> told;

  public SessionDirectory(SessionStore store, ExpectedSessions expectedAnywhere, Ticker ticker) {
    this.store = store;
    this.expectedAnywhere = expectedAnywhere;
    this.known = cache(REMEMBERED, ticker);
    this.expected = cache(EXPECTED, ticker);
    this.told = cache(REMEMBERED, ticker);
  }

  private static <T> Cache<SessionKey, T> cache(Duration remembered, Ticker ticker) {
    return Caffeine.newBuilder()
        .maximumSize(200_000)
        .expireAfterWrite(remembered)
        .ticker(ticker)
        .build();
  }

  /**
   * Whether a message to it is going to find it.
   *
   * @throws dev.parley.storage.StoreUnavailableException when it is not remembered and the store
   *     cannot be asked
   */
  public boolean exists(SessionKey key) {
    if (known.getIfPresent(key) != null) {
      return true;
    }
    Session found = store.find(key);
    if (found != null) {
      known.put(key, found.incarnation());
    }
    return found != null || told.getIfPresent(key) != null || isOnItsWay(key);
  }

  /** Whether an accepted message is going to make it, as far as can be found out. */
  boolean isOnItsWay(SessionKey key) {
    return expectedAnywhere.isExpected(key, expected.getIfPresent(key) != null);
  }

  /** Which session of that id is remembered; null when none is. Asks nobody. */
  public @Nullable Long incarnation(SessionKey key) {
    return known.getIfPresent(key);
  }

  /**
   * Notes that a message is about to be accepted that makes the session where it is not there.
   *
   * @return completes, never with a failure, once the other nodes can know
   */
  public CompletableFuture<Void> expect(SessionKey key) {
    CompletableFuture<Void> lately = told.getIfPresent(key);
    if (lately == null) {
      lately = expectedAnywhere.expect(key);
      told.put(key, lately);
      expected.put(key, Boolean.TRUE);
    }
    return lately;
  }

  void created(Session session) {
    known.put(session.key(), session.incarnation());
  }

  /** It is not there; somebody else may have deleted it. */
  void missed(SessionKey key) {
    known.invalidate(key);
  }

  void deleted(SessionKey key) {
    known.invalidate(key);
    expected.invalidate(key);
    told.invalidate(key);
    expectedAnywhere.forget(key);
  }
}
