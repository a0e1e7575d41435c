package dev.parley.worker.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.worker.provider.Calls;
import dev.parley.worker.provider.FakeServer;
import dev.parley.worker.provider.ProviderConfig;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ReplyListener;
import dev.parley.worker.provider.Router;
import dev.parley.worker.provider.transport.TransportConfig;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class NamedServersTest {

  @Test
  void eachServerGetsTheModelsThatItServesAndItsOwnKey() throws Exception {
    try (FakeServer first = new FakeServer();
        FakeServer second = new FakeServer()) {
      ProviderConfig config =
          ProviderConfig.fromEnv(
              Map.of(
                  "PROVIDERS", "first,second",
                  "PROVIDER_FIRST_BASE_URL", first.url() + "/v1",
                  "PROVIDER_FIRST_API_KEY", "key-1",
                  "PROVIDER_SECOND_BASE_URL", second.url() + "/v1",
                  "PROVIDER_SECOND_API_KEY", "key-2",
                  "PROVIDER_SECOND_MODELS", "llama-*,gpt-oss-*"));
      try (Providers providers =
          new Providers(config, TransportConfig.DEFAULT, Clock.systemUTC())) {
        Router router = new Router(providers.byName(), config.models(), null, config.fallback());
        // Without usage, as many of them answer.
        second.then(reply ->
            reply.stream()
                .data("{\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}")
                .data("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}")
                .data("[DONE]")
                .end());
        ProviderReply reply = call(router.route("llama-3", null));
        assertThat(reply.text()).isEqualTo("Hi");
        assertThat(reply.usage()).isNull();
        assertThat(second.received().getFirst().headers().get("authorization"))
            .isEqualTo("Bearer key-2");
        assertThat(router.route("gpt-oss-20b", null).provider().name()).isEqualTo("second");
        assertThat(router.route("llama-3", "first").provider().name()).isEqualTo("first");
        assertThat(router.route("something", null).provider().name()).isEqualTo("first");
        assertThat(first.received()).isEmpty();
      }
    }
  }

  private static ProviderReply call(Router.Route route) throws Exception {
    return route.provider().call(Calls.hello(route.model()), ReplyListener.NONE);
  }
}
