package dev.parley.worker.provider.keys;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.parley.schemas.TenantId;
import dev.parley.storage.secrets.ProviderKeyVault;
import dev.parley.storage.secrets.SealedSecretException;
import dev.parley.worker.provider.ApiKey;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tenants' own keys, remembered for half a minute: so long a key that was changed or deleted may
 * still be used. Thread-safe; asks the store on the calling thread.
 */
public final class TenantKeys {

  static final Duration REMEMBERED = Duration.ofSeconds(30);

  private static final Logger log = LoggerFactory.getLogger(TenantKeys.class);
  private static final int MAX_REMEMBERED = 100_000;

  private final ProviderKeyVault vault;
  private final Cache<Place, Found> remembered;

  public TenantKeys(ProviderKeyVault vault, Ticker ticker) {
    this.vault = vault;
    this.remembered =
        Caffeine.newBuilder()
            .maximumSize(MAX_REMEMBERED)
            .expireAfterWrite(REMEMBERED)
            .ticker(ticker)
            .build();
  }

  private record Place(TenantId tenant, String provider) {}

  private sealed interface Found {

    record Nothing() implements Found {}

    record Own(ApiKey key) implements Found {}

    record Unreadable() implements Found {}
  }

  /**
   * The tenant's own key; null when it has none.
   *
   * @throws ProviderException when there is one that does not open
   * @throws dev.parley.storage.StoreUnavailableException when the store is away
   */
  @Nullable ApiKey find(TenantId tenant, String provider) throws ProviderException {
    return switch (remembered.get(new Place(tenant, provider), this::load)) {
      case Found.Nothing() -> null;
      case Found.Own(ApiKey key) -> key;
      case Found.Unreadable() -> throw new ProviderException(new Failure.OwnKeyUnreadable(), null);
    };
  }

  private Found load(Place place) {
    try {
      String key = vault.find(place.tenant(), place.provider());
      return key == null ? new Found.Nothing() : new Found.Own(new ApiKey(key));
    } catch (SealedSecretException | IllegalArgumentException e) {
      log.atError()
          .setMessage("tenant's provider key unreadable")
          .addKeyValue("tenant", place.tenant().value())
          .addKeyValue("provider", place.provider())
          .addKeyValue("cause", String.valueOf(e.getMessage()))
          .log();
      return new Found.Unreadable();
    }
  }
}
