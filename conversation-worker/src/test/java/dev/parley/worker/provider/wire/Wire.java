package dev.parley.worker.provider.wire;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.schemas.Json;
import dev.parley.worker.provider.FakeServer;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderConfig;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.RecordingListener;
import dev.parley.worker.provider.transport.TransportConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One provider's format on both ends of a wire. */
final class Wire implements AutoCloseable {

  private final FakeServer server = new FakeServer();
  private final Providers providers;
  private final String name;
  private final RecordingListener listener = new RecordingListener();

  Wire(String name, String... more) {
    this.name = name;
    String prefix = name.toUpperCase(Locale.ROOT);
    Map<String, String> env =
        new HashMap<>(
            Map.of(prefix + "_BASE_URL", server.url(), prefix + "_API_KEY", "secret-key"));
    for (int i = 0; i < more.length; i += 2) {
      env.put(more[i], more[i + 1]);
    }
    providers =
        new Providers(ProviderConfig.fromEnv(env), TransportConfig.DEFAULT, Clock.systemUTC());
  }

  ProviderReply stream(ProviderCall call, String resource) throws Exception {
    server.then(reply -> reply.stream().chunk(read(resource)).end());
    return call(call);
  }

  ProviderReply events(ProviderCall call, String... json) throws Exception {
    server.then(reply -> {
      reply.stream();
      for (String event : json) {
        reply.data(event);
      }
      reply.end();
    });
    return call(call);
  }

  ProviderReply plain(ProviderCall call, String resource) throws Exception {
    server.then(reply -> reply.json(read(resource)));
    return call(call.withStream(false));
  }

  ProviderException failure(ProviderCall call, int status, String body, String... headers) {
    server.then(reply -> reply.status(status, "application/json", body, headers));
    return catchThrowableOfType(ProviderException.class, () -> call(call));
  }

  ProviderException failingEvents(ProviderCall call, String... json) {
    return catchThrowableOfType(ProviderException.class, () -> events(call, json));
  }

  ProviderReply call(ProviderCall call) throws Exception {
    return providers.byName().get(name).call(call, listener);
  }

  List<String> heard() {
    return listener.heard();
  }

  FakeServer.Received request() {
    return server.received().getLast();
  }

  JsonNode sent() throws IOException {
    return Json.mapper().readTree(request().body());
  }

  @Override
  public void close() {
    providers.close();
    server.close();
  }

  static String read(String resource) {
    try (InputStream in = Wire.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
