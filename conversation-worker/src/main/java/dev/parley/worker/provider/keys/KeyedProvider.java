package dev.parley.worker.provider.keys;

import dev.parley.worker.provider.ApiKey;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ReplyListener;

/** Makes calls with the key of their tenant, if it has one for this provider. Thread-safe. */
public final class KeyedProvider implements ChatProvider {

  private final ChatProvider provider;
  private final TenantKeys keys;

  public KeyedProvider(ChatProvider provider, TenantKeys keys) {
    this.provider = provider;
    this.keys = keys;
  }

  @Override
  public String name() {
    return provider.name();
  }

  @Override
  public ProviderReply call(ProviderCall call, ReplyListener listener)
      throws ProviderException, InterruptedException {
    if (call.tenant() == null || call.apiKey() != null) {
      return provider.call(call, listener);
    }
    ApiKey own = keys.find(call.tenant(), name());
    return provider.call(own == null ? call : call.withApiKey(own), listener);
  }
}
