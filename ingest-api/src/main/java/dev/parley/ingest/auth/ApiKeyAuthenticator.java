package dev.parley.ingest.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.parley.storage.ApiKeyStore;
import dev.parley.storage.ApiKeyStore.ApiKey;
import dev.parley.storage.StoreUnavailableException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates by {@code Authorization: Bearer <key>}.
 *
 * <p>What the store said is believed for {@link #FRESH}, and, while the store cannot be asked, for
 * {@link #STALE}: a revoked key therefore stops working within seconds, and within minutes when the
 * store is down. Keys that are not there are remembered for less, in a cache of bounded size.
 */
public final class ApiKeyAuthenticator implements Authenticator {

  static final Duration FRESH = Duration.ofSeconds(5);
  static final Duration STALE = Duration.ofMinutes(5);
  static final Duration UNKNOWN = Duration.ofSeconds(1);

  private static final String SCHEME = "Bearer ";

  private final ApiKeyStore store;
  private final Ticker ticker;
  private final Cache<String, Entry> cache;

  public ApiKeyAuthenticator(ApiKeyStore store, Ticker ticker) {
    this.store = store;
    this.ticker = ticker;
    this.cache =
        Caffeine.newBuilder()
            .maximumSize(10_000)
            .ticker(ticker)
            .expireAfter(
                Expiry.<String, Entry>writing(
                    (key, entry) -> entry.caller() == null ? UNKNOWN : STALE))
            .build();
  }

  @Override
  public Caller authenticate(RequestView request) throws UnauthorizedException {
    String header = request.header("authorization");
    if (header == null) {
      throw new UnauthorizedException("no credentials: send Authorization: Bearer <key>");
    }
    if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw new UnauthorizedException("the Authorization header must be Bearer <key>");
    }
    String key = header.substring(SCHEME.length()).strip();
    Caller caller = ApiKeys.isWellFormed(key) ? lookUp(key) : null;
    if (caller == null) {
      throw new UnauthorizedException("the key is not valid");
    }
    return caller;
  }

  private @Nullable Caller lookUp(String key) {
    // Keyed by the hash, so that a heap dump's cache holds no keys.
    String hash = ApiKeys.sha256Hex(key);
    Entry cached = cache.getIfPresent(hash);
    if (cached != null && ticker.read() - cached.readAt() < FRESH.toNanos()) {
      return cached.caller();
    }
    try {
      Caller caller = callerOf(store.findByHash(hash));
      cache.put(hash, new Entry(caller, ticker.read()));
      return caller;
    } catch (StoreUnavailableException e) {
      if (cached != null) {
        return cached.caller();
      }
      throw e;
    }
  }

  private static @Nullable Caller callerOf(@Nullable ApiKey key) {
    return key == null || key.revokedAt() != null
        ? null
        : new Caller(key.tenantId(), key.role(), key.id());
  }

  private record Entry(@Nullable Caller caller, long readAt) {}
}
