package dev.parley.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Http2IT {

  private static final Duration LONG = Duration.ofSeconds(30);

  private Simulator simulator = new Simulator(SimulatorConfig.onFreePort());
  private HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.shutdownNow();
    simulator.close();
  }

  private void startWithTls(SimulatorConfig config) throws Exception {
    simulator = new Simulator(config.withTls()).start();
    client = HttpClient.newBuilder().sslContext(simulator.clientContext()).build();
  }

  private HttpRequest chat(String said) {
    String body =
        "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
            .formatted(said);
    return HttpRequest.newBuilder(simulator.baseUrl().resolve("/v1/chat/completions"))
        .timeout(LONG)
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private HttpResponse<String> send(String said) throws Exception {
    return client.send(chat(said), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void clientsInTheClearMayUpgrade() throws Exception {
    simulator.start();
    HttpRequest models = HttpRequest.newBuilder(simulator.baseUrl().resolve("/v1/models")).build();

    client.send(models, HttpResponse.BodyHandlers.discarding());
    HttpResponse<String> response = send("Hello");

    assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(response.body()).endsWith("data: [DONE]\n\n");
  }

  @Test
  void bothVersionsAreSpokenOverTls() throws Exception {
    startWithTls(SimulatorConfig.onFreePort());
    assertThat(send("Hello").version()).isEqualTo(HttpClient.Version.HTTP_2);

    try (HttpClient one =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(simulator.clientContext())
            .build()) {
      HttpResponse<String> response =
          one.send(chat("[[sim latency=5ms]]"), HttpResponse.BodyHandlers.ofString());
      assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
      assertThat(response.body()).endsWith("data: [DONE]\n\n");

      CompletableFuture<?> hanging =
          one.sendAsync(chat("[[sim hang=before]]"), HttpResponse.BodyHandlers.ofString());
      await().atMost(LONG).until(() -> simulator.calls().stats().inFlight() == 1);
      hanging.cancel(true);
      await().atMost(LONG).until(() -> simulator.calls().stats().clientClosed() == 1);
    }
  }

  @Test
  void aResetStreamDoesNotHarmItsNeighbours() throws Exception {
    startWithTls(SimulatorConfig.onFreePort());
    CompletableFuture<HttpResponse<String>> neighbour =
        client.sendAsync(chat("[[sim rate=20/s tokens=20]]"), HttpResponse.BodyHandlers.ofString());

    assertThatThrownBy(() -> send("[[sim reset-after=0]]")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> send("[[sim reset-after=2]]")).isInstanceOf(IOException.class);

    assertThat(neighbour)
        .succeedsWithin(LONG)
        .extracting(HttpResponse::body)
        .asString()
        .endsWith("data: [DONE]\n\n");
  }

  @Test
  void aCancelledStreamIsRecorded() throws Exception {
    startWithTls(SimulatorConfig.onFreePort());
    send("Hello");
    for (String how : List.of("hang=before", "hang=opened", "rate=10/s tokens=10000")) {
      simulator.calls().clear();
      CompletableFuture<?> call =
          client.sendAsync(chat("[[sim " + how + "]]"), HttpResponse.BodyHandlers.ofString());
      await().atMost(LONG).until(() -> simulator.calls().stats().inFlight() == 1);
      call.cancel(true);
      await().atMost(LONG).until(() -> simulator.calls().stats().clientClosed() == 1);
    }
  }

  @Test
  void aConnectionHasNoMoreStreamsThanItsLimit() throws Exception {
    startWithTls(SimulatorConfig.onFreePort().withMaxConcurrentStreams(3));
    send("Hello");
    List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      calls.add(
          client.sendAsync(chat("[[sim latency=300ms]]"), HttpResponse.BodyHandlers.ofString()));
    }

    long refused =
        calls.stream().filter(call -> call.handle((ok, error) -> error != null).join()).count();

    assertThat(simulator.calls().stats().peakInFlight()).isLessThanOrEqualTo(3);
    assertThat(simulator.calls().stats().completed()).isEqualTo(1 + 6 - refused);
  }

  @Test
  void closingEndsTheStreamsOfAConnection() throws Exception {
    startWithTls(SimulatorConfig.onFreePort());
    CompletableFuture<HttpResponse<String>> call =
        client.sendAsync(chat("[[sim hang=before]]"), HttpResponse.BodyHandlers.ofString());
    await().atMost(LONG).until(() -> simulator.calls().stats().inFlight() == 1);

    simulator.close();

    assertThat(call).failsWithin(LONG);
    assertThat(simulator.calls().stats().serverClosed()).isEqualTo(1);
  }
}
