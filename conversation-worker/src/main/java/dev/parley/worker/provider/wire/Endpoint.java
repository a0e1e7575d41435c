package dev.parley.worker.provider.wire;

import dev.parley.worker.provider.ApiKey;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where a provider is, and the deployment's key to it.
 *
 * @param baseUrl without a slash at its end
 * @param apiKey null for servers that need none, or when each tenant brings its own
 */
record Endpoint(String baseUrl, @Nullable ApiKey apiKey) {

  URI uri(String path) {
    return URI.create(baseUrl + path);
  }

  /** The key of the call's tenant, else the deployment's; null when there is none. */
  @Nullable ApiKey keyFor(ProviderCall call) {
    return call.apiKey() == null ? apiKey : call.apiKey();
  }

  /** The same, for providers that answer nobody without one. */
  ApiKey requiredKeyFor(ProviderCall call) throws ProviderException {
    ApiKey key = keyFor(call);
    if (key == null) {
      throw new ProviderException(new Failure.Authentication(), null);
    }
    return key;
  }
}
