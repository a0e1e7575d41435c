package dev.parley.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.parley.simulator.calls.CallOutcome;
import dev.parley.simulator.calls.CallRecord;
import dev.parley.simulator.script.ReplyText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulatorIT {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final ObjectMapper mapper = new ObjectMapper();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Simulator simulator = new Simulator(SimulatorConfig.onFreePort());

  @BeforeEach
  void start() throws IOException {
    simulator.start();
  }

  @AfterEach
  void close() {
    client.shutdownNow();
    simulator.close();
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(simulator.baseUrl().resolve(path)).timeout(LONG);
  }

  private HttpRequest chat(String said, boolean streamed) throws IOException {
    var body = mapper.createObjectNode().put("model", "sim-small").put("stream", streamed);
    body.putObject("stream_options").put("include_usage", true);
    body.put("user", "u-1").putObject("metadata").put("session", "s-1");
    var messages = body.putArray("messages");
    messages.addObject().put("role", "system").put("content", "Be brief.");
    messages.addObject().put("role", "user").put("content", said);
    return to("/v1/chat/completions")
        .header("content-type", "application/json")
        .header("x-parley-job", "job-1")
        .POST(HttpRequest.BodyPublishers.ofByteArray(mapper.writeValueAsBytes(body)))
        .build();
  }

  private HttpResponse<String> send(HttpRequest request) throws Exception {
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<Stream<String>> open(String said) throws Exception {
    return client.send(chat(said, true), HttpResponse.BodyHandlers.ofLines());
  }

  private List<String> events(String said) throws Exception {
    List<String> events = new ArrayList<>();
    try (Stream<String> lines = open(said).body()) {
      lines
          .filter(line -> !line.isEmpty())
          .forEach(line -> events.add(line.substring("data: ".length())));
    }
    return events;
  }

  private CallRecord lastCall(CallOutcome outcome) {
    await()
        .atMost(LONG)
        .untilAsserted(() ->
            assertThat(simulator.calls().calls())
                .last()
                .extracting(CallRecord::outcome)
                .isEqualTo(outcome));
    return simulator.calls().calls().getLast();
  }

  @Test
  void whatIsLargerThanTheWindowIsRefused() throws Exception {
    HttpResponse<String> refused = send(chat("Hello, model [[sim window=9]]", true));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(mapper.readTree(refused.body()).at("/error/code").asText())
        .isEqualTo("context_length_exceeded");
    assertThat(send(chat("Hello, model [[sim window=99]]", true)).statusCode()).isEqualTo(200);
  }

  @Test
  void callsOfToolsAndTheirResultsBelongTogether() throws Exception {
    String user = "{'role':'user','content':'Hi'}";
    String call =
        "{'role':'assistant','content':null,'tool_calls':[{'id':'c1','type':'function',"
            + "'function':{'name':'f','arguments':'{}'}}]}";
    String result = "{'role':'tool','tool_call_id':'c1','content':'42'}";
    assertThat(statusOf(user, call, result)).isEqualTo(200);
    assertThat(statusOf(user, result)).isEqualTo(400);
    assertThat(statusOf(user, call, user)).isEqualTo(400);
  }

  private int statusOf(String... messages) throws Exception {
    String body = "{'model':'m','messages':[" + String.join(",", messages) + "]}";
    return send(to("/v1/chat/completions")
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
            .build())
        .statusCode();
  }

  @Test
  void aPlainCallIsAnsweredInTheShapeOfAChatCompletion() throws Exception {
    HttpResponse<String> response = send(chat("Hello [[sim cached=2 reasoning=5]]", false));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).contains("application/json");
    JsonNode body = mapper.readTree(response.body());
    assertThat(body.path("id").asText()).startsWith("chatcmpl-");
    assertThat(body.path("object").asText()).isEqualTo("chat.completion");
    assertThat(body.path("created").isIntegralNumber()).isTrue();
    assertThat(body.path("model").asText()).isEqualTo("sim-small");
    JsonNode choice = body.path("choices").path(0);
    assertThat(choice.path("index").asInt(-1)).isZero();
    assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
    assertThat(choice.path("message").path("role").asText()).isEqualTo("assistant");
    ReplyText told = ReplyText.read(choice.path("message").path("content").asText());
    assertThat(told).isNotNull();
    assertThat(told.messages()).isEqualTo(2);
    assertThat(told.quote()).isEqualTo("Hello");
    JsonNode usage = body.path("usage");
    assertThat(usage.path("prompt_tokens").asInt()).isEqualTo(3 + 9);
    assertThat(usage.path("prompt_tokens_details").path("cached_tokens").asInt()).isEqualTo(2);
    assertThat(usage.path("completion_tokens_details").path("reasoning_tokens").asInt())
        .isEqualTo(5);
    assertThat(usage.path("total_tokens").asInt())
        .isEqualTo(usage.path("prompt_tokens").asInt() + usage.path("completion_tokens").asInt());
  }

  @Test
  void aStreamedCallSendsTheSameTextInChunksAndItsUsageLast() throws Exception {
    String plain =
        mapper
            .readTree(send(chat("Hi \"you\"", false)).body())
            .at("/choices/0/message/content")
            .asText();

    List<String> events = events("Hi \"you\"");

    assertThat(events).last().isEqualTo("[DONE]");
    StringBuilder text = new StringBuilder();
    for (String event : events.subList(0, events.size() - 2)) {
      JsonNode chunk = mapper.readTree(event);
      assertThat(chunk.path("object").asText()).isEqualTo("chat.completion.chunk");
      assertThat(chunk.path("usage").isNull()).isTrue();
      text.append(chunk.at("/choices/0/delta/content").asText());
    }
    assertThat(text).hasToString(plain);
    assertThat(mapper.readTree(events.getFirst()).at("/choices/0/delta/role").asText())
        .isEqualTo("assistant");
    assertThat(mapper.readTree(events.get(events.size() - 3)).at("/choices/0/finish_reason"))
        .hasToString("\"stop\"");
    JsonNode last = mapper.readTree(events.get(events.size() - 2));
    assertThat(last.path("choices").isEmpty()).isTrue();
    // role, one for each token, finish, usage, done
    assertThat(events).hasSize(last.at("/usage/completion_tokens").asInt() + 4);
  }

  @Test
  void aToolCallIsStreamedInPieces() throws Exception {
    List<String> events = events("Rain? [[sim tool=get_weather]]");

    JsonNode first = mapper.readTree(events.getFirst()).at("/choices/0/delta/tool_calls/0");
    assertThat(first.at("/function/name").asText()).isEqualTo("get_weather");
    assertThat(first.path("id").asText()).startsWith("call_");
    StringBuilder arguments = new StringBuilder();
    for (String event : events.subList(0, events.size() - 1)) {
      arguments.append(
          mapper.readTree(event).at("/choices/0/delta/tool_calls/0/function/arguments").asText());
    }
    assertThat(mapper.readTree(arguments.toString()).path("input").asText()).isEqualTo("Rain?");
    assertThat(mapper.readTree(events.get(events.size() - 3)).at("/choices/0/finish_reason"))
        .hasToString("\"tool_calls\"");
  }

  @Test
  void usageIsMissingWhereAsked() throws Exception {
    assertThat(mapper.readTree(send(chat("[[sim usage=none]]", false)).body()).has("usage"))
        .isFalse();
    assertThat(events("[[sim usage=none]]")).noneMatch(event -> event.contains("prompt_tokens"));
  }

  @ParameterizedTest
  @CsvSource({
    "400, invalid_request_error",
    "401, invalid_request_error",
    "429, requests",
    "500, server_error",
    "503, server_error"
  })
  void failuresHaveTheirStatusAndShape(int status, String type) throws Exception {
    for (boolean streamed : new boolean[] {false, true}) {
      HttpResponse<String> response =
          send(chat("[[sim retry-after=1500ms fail=" + status + "]]", streamed));

      assertThat(response.statusCode()).isEqualTo(status);
      assertThat(mapper.readTree(response.body()).at("/error/type").asText()).isEqualTo(type);
      assertThat(response.headers().firstValue("retry-after")).contains("2");
      assertThat(lastCall(CallOutcome.FAILED).status()).isEqualTo(status);
    }
  }

  @Test
  void aJobFailsAsOftenAsAskedAndThenSucceeds() throws Exception {
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      statuses.add(send(chat("[[sim fail=429:2]]", false)).statusCode());
    }

    assertThat(statuses).containsExactly(429, 429, 200, 200);
  }

  @Test
  void aResetIsNoEnd() throws Exception {
    assertThatThrownBy(() -> send(chat("[[sim reset-after=0]]", false)))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> send(chat("[[sim reset-after=0]]", true)))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> send(chat("[[sim reset-after=3]]", true)))
        .isInstanceOf(IOException.class);
    assertThat(lastCall(CallOutcome.FAILED).tokensSent()).isEqualTo(3);
  }

  @Test
  void aCutStreamEndsWithoutItsClosingEvent() throws Exception {
    List<String> events = events("[[sim cut-after=2]]");

    assertThat(events).hasSize(3).doesNotContain("[DONE]");
    lastCall(CallOutcome.FAILED);
  }

  @Test
  void anErrorCanComeInTheMiddleOfAStream() throws Exception {
    List<String> events = events("[[sim error-in-stream=2]]");

    assertThat(events).hasSize(4);
    assertThat(mapper.readTree(events.getLast()).has("error")).isTrue();
    lastCall(CallOutcome.FAILED);
  }

  @Test
  void tokensComeNoFasterThanAsked() throws Exception {
    long begin = System.nanoTime();
    List<String> events = events("[[sim latency=100ms rate=50/s tokens=11]]");
    long millis = (System.nanoTime() - begin) / 1_000_000;

    assertThat(events).hasSize(11 + 4);
    assertThat(millis).isGreaterThanOrEqualTo(300);
    begin = System.nanoTime();
    send(chat("[[sim latency=100ms rate=50/s tokens=10]]", false));
    assertThat((System.nanoTime() - begin) / 1_000_000).isGreaterThanOrEqualTo(300);
  }

  @Test
  void aClientThatLeavesAPacedStreamIsRecorded() throws Exception {
    HttpResponse<Stream<String>> response = open("[[sim rate=20/s tokens=100000]]");
    response.body().limit(3).forEach(line -> {});
    response.body().close();

    CallRecord call = lastCall(CallOutcome.CLIENT_CLOSED);
    assertThat(call.status()).isEqualTo(200);
    assertThat(call.tokensSent()).isPositive().isLessThan(100_000);
    assertThat(call.endedAt()).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({"before,true", "before,false", "opened,true", "between,true"})
  void aClientThatLeavesAHangingCallIsRecorded(String where, boolean streamed) throws Exception {
    CompletableFuture<HttpResponse<String>> call =
        client.sendAsync(
            chat("[[sim hang=" + where + "]]", streamed), HttpResponse.BodyHandlers.ofString());
    lastCallBegun();

    call.cancel(true);

    lastCall(CallOutcome.CLIENT_CLOSED);
    assertThat(simulator.calls().stats().inFlight()).isZero();
  }

  private void lastCallBegun() {
    await().atMost(LONG).until(() -> simulator.calls().stats().inFlight() == 1);
  }

  @Test
  void aConnectionServesManyWatchedCalls() throws Exception {
    String body =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"[[sim latency=1ms]]\"}]}";
    String request =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), simulator.baseUrl().getPort())) {
      socket.setSoTimeout((int) LONG.toMillis());
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      for (int i = 0; i < 200; i++) {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        readResponse(reader);
      }
    }
    assertThat(simulator.calls().stats().completed()).isEqualTo(200);
  }

  private static void readResponse(BufferedReader reader) throws IOException {
    assertThat(reader.readLine()).isEqualTo("HTTP/1.1 200 OK");
    int length = 0;
    for (String line = reader.readLine(); !line.isEmpty(); line = reader.readLine()) {
      if (line.startsWith("Content-Length: ")) {
        length = Integer.parseInt(line.substring("Content-Length: ".length()));
      }
    }
    assertThat(reader.skip(length)).isEqualTo(length);
  }

  @Test
  void closingEndsAllStreamsAtOnce() throws Exception {
    List<CompletableFuture<HttpResponse<String>>> streams = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      streams.add(
          client.sendAsync(
              chat("[[sim rate=1/s tokens=1000]]", true), HttpResponse.BodyHandlers.ofString()));
    }
    await().atMost(LONG).until(() -> simulator.calls().stats().inFlight() == 20);

    simulator.close();

    assertThat(streams)
        .allSatisfy(stream -> assertThat(stream).failsWithin(LONG).withThrowableThat().isNotNull());
    assertThat(simulator.calls().stats().serverClosed()).isEqualTo(20);
    assertThat(simulator.calls().stats().inFlight()).isZero();
  }

  @Test
  void theLogCanBeReadOverHttp() throws Exception {
    send(chat("one", false));
    send(chat("two", true));

    JsonNode calls =
        mapper.readTree(send(to("/simulator/calls?session=s-1").build()).body()).path("calls");
    JsonNode stats = mapper.readTree(send(to("/simulator/stats").build()).body());

    assertThat(calls).hasSize(2);
    JsonNode call = calls.get(1);
    assertThat(call.path("number").asInt()).isEqualTo(2);
    assertThat(call.path("job").asText()).isEqualTo("job-1");
    assertThat(call.path("session").asText()).isEqualTo("s-1");
    assertThat(call.path("user").asText()).isEqualTo("u-1");
    assertThat(call.path("streamed").asBoolean()).isTrue();
    assertThat(call.path("outcome").asText()).isEqualTo("completed");
    assertThat(call.has("endedAt")).isTrue();
    assertThat(stats.path("completed").asInt()).isEqualTo(2);
    assertThat(stats.path("peakSessionInFlight").asInt()).isEqualTo(1);
    assertThat(
            mapper
                .readTree(send(to("/simulator/calls?session=other").build()).body())
                .path("calls"))
        .isEmpty();
    send(to("/simulator/calls").DELETE().build());
    assertThat(simulator.calls().calls()).isEmpty();
  }

  @Test
  void modelsAreListed() throws Exception {
    assertThat(mapper.readTree(send(to("/v1/models").build()).body()).path("data"))
        .extracting(model -> model.path("id").asText())
        .containsExactly("sim-small", "sim-large");
  }

  @Test
  void whatIsNoRequestIsToldSo() throws Exception {
    for (String body :
        List.of("", "{", "[]", "{}", "{\"model\":\"m\"}", "{\"model\":\"m\",\"messages\":[1]}")) {
      HttpResponse<String> response =
          send(to("/v1/chat/completions").POST(HttpRequest.BodyPublishers.ofString(body)).build());
      assertThat(response.statusCode()).as(body).isEqualTo(400);
      assertThat(mapper.readTree(response.body()).at("/error/message").asText()).isNotEmpty();
    }
    HttpResponse<String> typo = send(chat("[[sim speed=9]]", false));
    assertThat(typo.statusCode()).isEqualTo(400);
    assertThat(typo.body()).contains("speed=9");
    assertThat(send(to("/v1/nothing").build()).statusCode()).isEqualTo(404);
    assertThat(simulator.calls().stats().calls()).isZero();
  }

  @Test
  void aTakenPortIsAnError() {
    Simulator second =
        new Simulator(SimulatorConfig.onFreePort().withPort(simulator.baseUrl().getPort()));
    assertThatThrownBy(second::start).isInstanceOf(IOException.class).hasMessageContaining("bind");
  }
}
