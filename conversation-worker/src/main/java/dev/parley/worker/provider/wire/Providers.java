package dev.parley.worker.provider.wire;

import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.ProviderConfig;
import dev.parley.worker.provider.transport.HttpTransport;
import dev.parley.worker.provider.transport.TransportConfig;
import java.time.Clock;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The configured providers over one transport, each making one try a call: put the retry loop
 * around them. Connections are made when they are needed.
 */
public final class Providers implements AutoCloseable {

  private final HttpTransport transport;
  private final Map<String, ChatProvider> byName;

  public Providers(ProviderConfig config, TransportConfig transportConfig, Clock clock) {
    this.transport = new HttpTransport(transportConfig);
    Map<String, ChatProvider> providers = new LinkedHashMap<>();
    config
        .servers()
        .forEach((name, server) ->
            providers.put(
                name, new HttpChatProvider(format(name, server, config, clock), transport, clock)));
    this.byName = Collections.unmodifiableMap(providers);
  }

  /** The providers by their names, in the order of the configuration. */
  public Map<String, ChatProvider> byName() {
    return byName;
  }

  @Override
  public void close() {
    transport.close();
  }

  private static WireFormat format(
      String name, ProviderConfig.Server server, ProviderConfig config, Clock clock) {
    Endpoint endpoint = new Endpoint(server.baseUrl(), server.apiKey());
    return switch (name) {
      case "anthropic" -> new AnthropicFormat(endpoint, clock);
      case "gemini" -> new GeminiFormat(endpoint, clock);
      default ->
          switch (config.apiOf(name)) {
            case CHAT -> new OpenAiChatFormat(name, endpoint, clock);
            case RESPONSES -> new OpenAiResponsesFormat(name, endpoint, clock);
          };
    };
  }
}
